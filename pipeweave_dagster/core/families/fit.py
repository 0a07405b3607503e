"""What one fit sees and returns, how many threads it takes, and the simplest way to fit."""

import os
import sys
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from pipeweave_dagster.core.documents import Task

if TYPE_CHECKING:
    from pipeweave_dagster.core.metrics.metrics import Array

_MAX_THREADS = 8
THREADS = (
    max(1, min(_MAX_THREADS, len(os.sched_getaffinity(0))))
    if hasattr(os, "sched_getaffinity")
    else max(1, min(_MAX_THREADS, os.cpu_count() or 1))
)
_SMALL_CELLS = 50_000


@dataclass(frozen=True)
class Rows:
    """Everything that one fit sees.

    Attributes:
        x: Features, shape (rows, columns); dense, or sparse in the linear view.
        y: Codes 0..classes-1, each of which occurs, or values.
        x_valid: Features of the validation rows for early stopping, or None (then `rounds` is the
            number of boosting rounds). An empty validation part counts as none.
        y_valid: Targets of the validation rows; rows of classes that are not in `y` are left out.
        weight: Weight of each row, or None.
        classes: Number of classes; 0 for regression.
        native: Positions of the columns that hold category codes.
        monotone: For each column 1 (predictions never fall as it rises), -1 or 0; empty if all
            are 0.
        rounds: Number of boosting rounds or trees, known from the folds.
        threads: How many this fit may use; None decides by the size of the table.
    """

    task: Task
    x: Any
    y: "Array"
    x_valid: Any = None
    y_valid: Any = None
    weight: "Array | None" = None
    classes: int = 0
    native: list[int] = field(default_factory=list)
    monotone: list[int] = field(default_factory=list)
    seed: int = 0
    rounds: int | None = None
    threads: int | None = None

    def __post_init__(self) -> None:
        if self.y_valid is None or len(self.y_valid) == 0:
            object.__setattr__(self, "x_valid", None)
            object.__setattr__(self, "y_valid", None)


class Fit(NamedTuple):
    """A fitted estimator, its number of rounds, and whether the deadline cut it short."""

    estimator: Any
    rounds: int | None = None
    cut: bool = False


def threads_for(rows: Rows) -> int:
    """Return the threads of a fit: one for small tables, where more cost more than they save."""
    if rows.threads is not None:
        return rows.threads
    return THREADS if rows.x.shape[0] * rows.x.shape[1] > _SMALL_CELLS else 1


def threads_limited(threads: int) -> AbstractContextManager[Any]:
    """Limit the threads of OpenMP and BLAS, for estimators that have no parameter for it.

    Linear algebra on small matrices is faster in one thread, and its threads spin while they wait.
    """
    limited: AbstractContextManager[Any] = _loaded_libraries(len(sys.modules)).limit(limits=threads)
    return limited


@lru_cache(maxsize=1)
def _loaded_libraries(_modules: int) -> Any:
    """Return what limits the libraries that are loaded; each comes with the import of a module.

    To look for them takes milliseconds, a hundred times as long as to limit those that are known.
    """
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


def fit_plain(model: Any, rows: Rows) -> Any:
    """Fit an estimator that takes weights and has no early stopping."""
    return model.fit(rows.x, rows.y, sample_weight=rows.weight)


def dense(x: Any) -> Any:
    """Return sparse features as an array, dense ones (and None) as they are."""
    return x.toarray() if hasattr(x, "toarray") else x
