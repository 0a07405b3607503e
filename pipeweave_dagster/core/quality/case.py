"""What every guardrail looks at: the table, its schema and settings, and shared measurements."""

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pipeweave_dagster.core.columns.class_contrast import Order, order_of, order_r2, side_counts
from pipeweave_dagster.core.columns.coded_table import Table
from pipeweave_dagster.core.columns.column import Column, Counts
from pipeweave_dagster.core.columns.dataset_version import Version
from pipeweave_dagster.core.columns.predictive_power import MAX_BINS, Power, binned, halves, power
from pipeweave_dagster.core.columns.repeated_rows import Repeats, repeats_of
from pipeweave_dagster.core.columns.sentinel_values import believed
from pipeweave_dagster.core.columns.target import Target
from pipeweave_dagster.core.documents import (
    DatasetSettings,
    DatasetSnapshot,
    DriftReport,
    SchemaDeduction,
)
from pipeweave_dagster.core.quality.not_applicable import NotApplicableError

if TYPE_CHECKING:
    from pipeweave_dagster.core.schema.schema_diff import SchemaChange

ROWS_PER_BIN = 40  # fewer rows make the rate of a bin mostly noise
RARE = 5  # a value of fewer rows could point to a person


class Case:
    """One data set under inspection. Everything is computed when it is first asked for."""

    def __init__(
        self,
        snapshot: DatasetSnapshot,
        schema: SchemaDeduction,
        table: Table,
        settings: DatasetSettings,
        previous: Version | None = None,
        data: Path | None = None,
    ) -> None:
        self.snapshot = snapshot
        self.schema = schema
        self.table = table
        self.settings = settings
        self._previous = previous
        self._data = data
        self._orders: dict[str, Order] = {}
        self._sides: dict[str, Counts] = {}

    @classmethod
    def of(
        cls,
        snapshot: DatasetSnapshot,
        schema: SchemaDeduction,
        data: Path,
        settings: DatasetSettings,
        previous: Version | None = None,
    ) -> "Case":
        """The case of a stored snapshot, and of the version before it if there is one."""
        return cls(snapshot, schema, Table(data, schema, settings), settings, previous, data)

    @property
    def previous(self) -> Version:
        """The version before (NotApplicableError if there is none)."""
        if self._previous is None:
            raise NotApplicableError("there is no earlier version to compare with")
        return self._previous

    @cached_property
    def changes(self) -> list["SchemaChange"]:
        """What has changed in the schema since the version before."""
        from pipeweave_dagster.core.schema.schema_diff import compare

        old = self.previous
        return compare(old.meaning, old.snapshot, old.data, self.snapshot, self._file)

    @cached_property
    def moved(self) -> DriftReport:
        """How far columns have moved since the version before; dates move by nature."""
        from pipeweave_dagster.core.monitoring import measure_drift

        names = [
            info.name
            for info in self.table.infos
            if info.role in {"feature", "target"} and info.storage not in {"date", "datetime"}
        ]
        return measure_drift("this version", self.previous.data, self._file, names)

    @property
    def _file(self) -> Path:
        if self._data is None:
            raise NotApplicableError("the table is not stored")
        return self._data

    @cached_property
    def repeats(self) -> Repeats:
        """How often rows repeat an earlier one."""
        return repeats_of(self.table.columns)

    @cached_property
    def target(self) -> Target:
        """The target without rows that only mark it missing (else NotApplicableError)."""
        target = believed(self.table.target, self.table.columns)
        if target is None:
            raise NotApplicableError("there is no target")
        if target.classes < 2:
            raise NotApplicableError("the target does not vary")
        return target

    @cached_property
    def suspects(self) -> list[Column]:
        """The columns that could leak: all but the target and what the user dropped."""
        roles = {"feature", "identifier"}
        names = [i.name for i in self.table.infos if i.role in roles and i.name != self.target.name]
        return [self.table[name] for name in names]

    @cached_property
    def half(self) -> NDArray[np.int8]:
        """A fixed division of the rows into two halves."""
        return halves(self.table.rows)

    @cached_property
    def powers(self) -> dict[str, Power]:
        """How well each suspect alone tells the target: cross-fitted, or by its mere order."""
        return {column.name: self._power(column) for column in self.suspects}

    def _power(self, column: Column) -> Power:
        bins = max(8, min(MAX_BINS, self.table.rows // ROWS_PER_BIN))
        fitted = power(*binned(column, bins), self.target, self.half)
        if not column.ordered:
            return fitted
        number = self.target.task == "regression"
        ordered = order_r2(column, self.target) if number else self.order(column).skill
        return Power(fitted.metric, max(fitted.value, ordered))

    def order(self, column: Column) -> Order:
        """What the order of an ordered column says of the classes."""
        if column.name not in self._orders:
            self._orders[column.name] = order_of(column, self.classes)
        return self._orders[column.name]

    def sides(self, column: Column) -> Counts:
        """Shape (2, classes): rows of each class where the column is present and is missing."""
        if column.name not in self._sides:
            self._sides[column.name] = side_counts(column, self.classes)
        return self._sides[column.name]

    @cached_property
    def classes(self) -> Target:
        """The target if it has classes (NotApplicableError if it is a number)."""
        if self.target.task == "regression":
            raise NotApplicableError("the target is a number")
        return self.target

    @cached_property
    def honest_best(self) -> float:
        """The best skill of a column that does not tell the target almost perfectly."""
        skills = [power.skill for power in self.powers.values() if power.skill < 0.99]
        return max(skills, default=0.0)

    def label(self, column: Column, code: int) -> str:
        """A value as it may be shown: never that of a sensitive column, never a rare one."""
        if code < 0:
            return "missing"
        if column.info.pii or column.counts[code] < RARE:
            return "a hidden value"
        return f"'{column.labels[code][:60]}'"
