"""Agreement of the target within the values of a column, and between neighbouring values."""

import numpy as np
from numpy.typing import NDArray

from pipeweave_dagster.core.columns.class_contrast import class_counts
from pipeweave_dagster.core.columns.column import Column
from pipeweave_dagster.core.columns.target import Target

MIN_PAIRS = 200
MAX_CELLS = 20_000_000
MIN_AGREEMENT, MAX_NEIGHBOUR_RATIO = 0.1, 0.5
"""For a real quantity, rows of the next value agree at least half as much."""


def is_quantity(column: Column, target: Target, constant: list[Column]) -> bool:
    """Return whether the values of an ordered column are amounts rather than names of groups.

    Args:
        column: The column.
        target: The target.
        constant: Columns with one value within each value of the column.
    """
    if any(_follows(column, other) < MAX_NEIGHBOUR_RATIO for other in constant):
        return False
    agreement = agreement_within(column, target)
    if agreement is None or agreement < MIN_AGREEMENT:
        return True
    return neighbour_agreement(column, target) >= MAX_NEIGHBOUR_RATIO * agreement


def _follows(column: Column, other: Column) -> float:
    """Return how alike a column is in one group and the next, above chance; at most 1."""
    known = np.flatnonzero((column.codes >= 0) & (other.codes >= 0))
    groups, first = np.unique(column.codes[known], return_index=True)
    values = other.codes[known][first]
    if len(groups) < 3 or len(np.unique(values)) < 2:
        return 1.0
    if other.ordered:
        return float(np.corrcoef(values[1:], values[:-1])[0, 1])
    chance = float(((np.bincount(values) / len(values)) ** 2).sum())
    return (float((values[1:] == values[:-1]).mean()) - chance) / (1 - chance)


def agreement_within(column: Column, target: Target) -> float | None:
    """Return the agreement beyond chance of pairs within groups (intraclass correlation).

    None if there are too few pairs, or too many groups and classes.
    """
    sizes = _group_sizes(column, target)
    pairs = float((sizes * (sizes - 1)).sum())
    if pairs < 2 * MIN_PAIRS:
        return None
    if target.values is not None:
        sums, squares = _moments(column, target)
        return float((sums**2 - squares).sum() / pairs)
    if column.distinct * target.classes > MAX_CELLS:
        return None
    counts = class_counts(column, target)[:-1].astype(np.float64)
    return _beyond_chance(float((counts * (counts - 1)).sum()) / pairs, target)


def neighbour_agreement(column: Column, target: Target) -> float:
    """Return the same for pairs of rows from one value and the next.

    For a quantity, rows of the next value agree nearly as much (people aged 40 and 41); for
    numbered groups such as patients they do not.
    """
    sizes = _group_sizes(column, target)
    pairs = float((sizes[1:] * sizes[:-1]).sum())
    if pairs < MIN_PAIRS:
        return 1.0
    if target.values is not None:
        sums, _ = _moments(column, target)
        return float((sums[1:] * sums[:-1]).sum() / pairs)
    counts = class_counts(column, target)[:-1].astype(np.float64)
    return _beyond_chance(float((counts[1:] * counts[:-1]).sum()) / pairs, target)


def _group_sizes(column: Column, target: Target) -> NDArray[np.float64]:
    known = target.known & (column.codes >= 0)
    return np.bincount(column.codes[known], minlength=column.distinct).astype(np.float64)


def _moments(column: Column, target: Target) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the sums of standardised target values and of their squares, per group."""
    known = target.known & (column.codes >= 0)
    values = np.asarray(target.values)[known]
    centred = (values - values.mean()) / (values.std() or 1.0)
    codes, count = column.codes[known], column.distinct
    sums, squares = (np.bincount(codes, moment, count) for moment in (centred, centred**2))
    return sums.astype(np.float64), squares.astype(np.float64)


def _beyond_chance(agreement: float, target: Target) -> float:
    chance = float((target.shares**2).sum())
    return (agreement - chance) / (1 - chance)
