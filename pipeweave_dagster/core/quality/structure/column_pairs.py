"""Pairs of rows within the values of a column: how alike they are in another column."""

from typing import NamedTuple

import numpy as np

from pipeweave_dagster.core.columns.column import Column


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


def pairs_within(column: Column, other: Column) -> Pairs:
    """Count the pairs of rows with equal values of `column`, by their values of `other`.

    Rows without one of the values are left out.
    """
    known = (column.codes >= 0) & (other.codes >= 0)
    if not known.any():
        return Pairs(0.0, 0.0, 0.0)
    first, second = column.codes[known].astype(np.int64), other.codes[known]
    share = np.bincount(second) / len(second)
    count = _pairs(np.bincount(first))
    both = np.unique(first * other.distinct + second, return_counts=True)[1]
    return Pairs(count, _pairs(both), count * float((share**2).sum()))


def _pairs(sizes: np.ndarray) -> float:
    sizes = sizes.astype(np.float64)
    return float((sizes * (sizes - 1)).sum() / 2)
