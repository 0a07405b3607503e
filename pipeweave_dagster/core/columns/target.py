"""The target as class codes or as numbers."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeweave_dagster.core.columns.column import Codes, Column, Counts, Floats
from pipeweave_dagster.core.documents import TargetDeduction, Task


@dataclass(frozen=True)
class Target:
    """The target of n rows.

    Attributes:
        column: The target column.
        task: The task.
        codes: Shape (n,): class of each row, -1 where the target is missing. For regression the
            index among the sorted distinct values.
        counts: Rows of each class (or distinct value).
        labels: Text of each class; empty for regression.
        values: Shape (n,), NaN where missing, for regression; else None.
        positive: Code of the positive class of a binary target.
    """

    column: Column
    task: Task
    codes: Codes
    counts: Counts
    labels: list[str]
    values: Floats | None
    positive: int

    @property
    def name(self) -> str:
        """Name of the target column."""
        return self.column.name

    @property
    def known(self) -> NDArray[np.bool_]:
        """Shape (n,): whether the target of a row is present."""
        return self.codes >= 0

    @property
    def classes(self) -> int:
        """Number of classes, or of distinct values for regression."""
        return len(self.counts)

    @property
    def shares(self) -> Floats:
        """Share of each class among the rows with a target."""
        shares: Floats = self.counts / max(1, int(self.counts.sum()))
        return shares

    @property
    def exceptions_allowed(self) -> float:
        """Rows that may violate a rule that still counts as proof: one in a thousand.

        For classes also at most a twentieth of the second largest, because a rule that never
        predicts a rare class is rarely violated, too.
        """
        known = float(self.counts.sum())
        if self.task == "regression":
            return 0.001 * known
        second = float(sorted(self.counts, reverse=True)[1]) if self.classes > 1 else 0.0
        return min(0.001 * known, 0.05 * second)


def target_of(column: Column, deduced: TargetDeduction) -> Target | None:
    """Return the target; None without values or task.

    A regression target stored as text (an amount that is not a valid number) has no numbers: None.
    """
    task = deduced.task
    if task is None or column.distinct == 0:
        return None
    if task == "regression":
        if column.numbers is None:
            return None
        values = column.values()
        return Target(column, task, column.codes, column.counts, [], values, -1)
    labels = column.labels
    positive = labels.index(deduced.positive) if deduced.positive in labels else len(labels) - 1
    return Target(column, task, column.codes, column.counts, labels, None, positive)
