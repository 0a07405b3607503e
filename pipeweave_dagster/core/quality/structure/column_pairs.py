"""Pairs of rows within the values of a column: how alike they are in another column."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeweave_dagster.core.columns.column import Column
from pipeweave_dagster.core.columns.row_keys import row_keys

MAX_ROWS = 10_000


class Pairs(NamedTuple):
    """Pairs of rows with the same value of one column.

    Attributes:
        total: How many.
        equal: How many of them also have the same value of another column.
        chance: How many of them would, if the two columns were independent.
    """

    total: float
    equal: float
    chance: float


def sampled_rows(columns: Sequence[Column]) -> NDArray[np.intp]:
    """Return the rows to count pairs in, chosen by a hash of their content."""
    if columns[0].rows <= MAX_ROWS:
        return np.arange(columns[0].rows)
    return np.sort(np.argsort(row_keys(columns), kind="stable")[:MAX_ROWS])


def pairs_within(column: Column, other: Column, rows: NDArray[np.intp]) -> Pairs:
    """Count the pairs of rows with equal values of `column`, by their values of `other`.

    Args:
        column: Its values name the groups.
        other: Another column.
        rows: The rows to count; those without one of the values are left out.
    """
    first, second = column.codes[rows].astype(np.int64), other.codes[rows]
    known = (first >= 0) & (second >= 0)
    if not known.any():
        return Pairs(0.0, 0.0, 0.0)
    first, second = first[known], second[known]
    share = np.bincount(second) / len(second)
    count = _pairs(np.bincount(first))
    both = np.unique(first * other.distinct + second, return_counts=True)[1]
    return Pairs(count, _pairs(both), count * float((share**2).sum()))


def _pairs(sizes: np.ndarray) -> float:
    sizes = sizes.astype(np.float64)
    return float((sizes * (sizes - 1)).sum() / 2)
