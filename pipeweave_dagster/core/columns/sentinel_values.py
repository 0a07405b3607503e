"""Find sentinel values: numbers that seem to stand for a missing value."""

import math
from collections.abc import Set as AbstractSet
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pipeweave_dagster.core.columns.column import Column
from pipeweave_dagster.core.columns.target import Target

COMMON_SENTINELS = frozenset({-1, -9, -99, -200, -999, -9999, 99, 999, 9999, 99999, 999999})
MIN_ROWS = 5
MIN_SHARE = {True: 0.005, False: 0.02}
MIN_DISTANCE = {True: 0.5, False: 10.0}
MIN_DISTANCE_SHARED = 0.05
"""Distance from all other values, in 5-95 % ranges; smaller for common sentinels (True)."""
MIN_DISTANCE_FEW_ROWS = {True: 0.5, False: 3.0}
"""The same where fewer rows have it: of sentinels of other columns (True), and common ones."""
_CODES = 10
"""Columns with fewer distinct values are codes, such as answers from 1 to 5."""
_FEWEST_CODES = 3
_BELOW = -9
"""Several rows have no such number by chance where no other is negative, however wide the range of
the others is: -999 among incomes. A -1 may be the lowest of some temperatures."""


def find_sentinels(columns: list[Column]) -> dict[str, tuple[float, int]]:
    """Return the sentinel of each column that has one, and its number of rows.

    A sentinel of two columns also counts in others where it is less far from the other values, or
    in fewer rows.
    """
    numbers = [c for c in columns if c.info.storage in {"integer", "number"}]
    found = {c.name: value for c in numbers if (value := sentinel(c)) is not None}
    values = [value for value, _ in found.values()]
    shared = {v for v in values if values.count(v) >= 2}
    for column in numbers:
        if column.name not in found and (value := sentinel(column, shared)) is not None:
            found[column.name] = value
    return found


def without_sentinels(target: Target | None, columns: list[Column]) -> Target | None:
    """Return the target with sentinel values set to missing, because they would distort it."""
    numbers = target.column.numbers if target and target.values is not None else None
    if target is None or numbers is None or len(numbers) < _CODES:
        return target
    found = find_sentinels(columns).get(target.name)
    if found is None:
        return target
    index = int(np.searchsorted(numbers, found[0]))
    return replace(target, codes=np.where(target.codes == index, -1, target.codes))


def sentinel(column: Column, shared: AbstractSet[float] = frozenset()) -> tuple[float, int] | None:
    """Return a repeated extreme value far from all others, and its number of rows, if any.

    Args:
        column: A column of numbers.
        shared: Sentinels of other columns of the table.
    """
    numbers = column.numbers
    if numbers is None or len(numbers) <= _FEWEST_CODES:
        return None
    for index, rest in ((0, slice(1, None)), (-1, slice(None, -1))):
        value, rows = float(numbers[index]), int(column.counts[index])
        if rows < MIN_ROWS:
            continue
        others, counts = numbers[rest], column.counts[rest]
        if len(numbers) < _CODES:
            apart = _beside_codes(others, value)
        elif value in COMMON_SENTINELS and value <= _BELOW and others[0] >= 0:
            apart = True
        else:
            least = _min_distance(value, rows / column.present, shared)
            apart = _distance(others, counts, value) > least
        if apart:
            return value, rows
    return None


def _distance(others: NDArray[np.float64], counts: NDArray[np.int64], value: float) -> float:
    """Return how far a value is from the next one, in ranges of the middle 90 % of all others."""
    share = np.cumsum(counts) / max(1, counts.sum())
    low, high = (float(others[np.searchsorted(share, q)]) for q in (0.05, 0.95))
    return _gap(others, value) / (high - low) if high > low else 0.0


def _gap(others: NDArray[np.float64], value: float) -> float:
    """Return the distance of the least or largest value from the next one, without overflow."""
    return min(abs(value - float(others[0])), abs(value - float(others[-1])))


def _beside_codes(codes: NDArray[np.float64], value: float) -> bool:
    """Return whether a common sentinel leaves a gap beside codes without one: -1 beside 1 to 5."""
    if value not in COMMON_SENTINELS or _gap(codes, value) <= 1:
        return False
    every = float(codes[-1]) - float(codes[0]) == len(codes) - 1
    return every and bool((codes == np.rint(codes)).all())


def _min_distance(value: float, share: float, shared: AbstractSet[float]) -> float:
    """Return how far a value must be from all others: the fewer rows have it, the farther."""
    common = value in COMMON_SENTINELS
    if share >= MIN_SHARE[common]:
        return MIN_DISTANCE_SHARED if value in shared else MIN_DISTANCE[common]
    return MIN_DISTANCE_FEW_ROWS[value in shared] if common or value in shared else math.inf
