"""What a model family is: a way to fit one estimator on numbers, within a time limit."""

import os
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from pipeweave_dagster.core.documents import Task
from pipeweave_dagster.core.metrics.metrics import Array
from pipeweave_dagster.core.pipelines.layout import View

_MOST_THREADS = 8
THREADS = (
    max(1, min(_MOST_THREADS, len(os.sched_getaffinity(0))))
    if hasattr(os, "sched_getaffinity")
    else max(1, min(_MOST_THREADS, os.cpu_count() or 1))
)
_SMALL_CELLS = 50_000


@dataclass(frozen=True)
class Rows:
    """Everything that one fit sees.

    Attributes:
        x: Features, shape (rows, columns); dense, or sparse in the linear view.
        y: Codes 0..classes-1, each occurring, or values.
        x_valid: Features to stop early on, or None (then `rounds` says how long to boost).
        y_valid: Their targets; rows of classes that are not in `y` are left out.
        weight: Weight of each row, or None.
        classes: Number of classes; 0 for regression.
        native: Positions of columns that hold category codes.
        monotone: For each column 1 (answers never fall as it rises), -1 or 0; empty if all are 0.
        rounds: Boosting rounds or trees found best before, for the refit.
        threads: How many this fit may use; None leaves it to the size of the table.
    """

    task: Task
    x: Any
    y: Array
    x_valid: Any = None
    y_valid: Array | None = None
    weight: Array | None = None
    classes: int = 0
    native: list[int] = field(default_factory=list)
    monotone: list[int] = field(default_factory=list)
    seed: int = 0
    rounds: int | None = None
    threads: int | None = None


def threads_for(rows: Rows) -> int:
    """One thread for small tables, where handing work over costs more than it saves."""
    if rows.threads is not None:
        return rows.threads
    return THREADS if rows.x.shape[0] * rows.x.shape[1] > _SMALL_CELLS else 1


def threads_limited(threads: int) -> AbstractContextManager[Any]:
    """Limit the threads of OpenMP and of linear algebra, for estimators that have no parameter.

    Linear algebra on small matrices is faster in one thread, and its threads spin while they wait.
    """
    limited: AbstractContextManager[Any] = threadpool_limits(threads)
    return limited


class Fit(NamedTuple):
    """A fitted estimator, how many rounds it took, and whether time cut it short."""

    estimator: Any
    rounds: int | None = None
    cut: bool = False


class Family(Protocol):
    """One kind of model."""

    view: View

    def suits(self, rows: int, columns: int, classes: int) -> bool:
        """Whether it is worth trying on a table of that size."""
        ...

    def fit(self, rows: Rows, params: dict[str, Any], deadline: float) -> Fit:
        """Fit until done or until `deadline` (`time.time()`), whichever is first."""
        ...


__all__ = ["THREADS", "Family", "Fit", "Rows", "View", "threads_for", "threads_limited"]
