"""Find sentinel values: numbers that seem to stand for a missing value."""

from collections.abc import Set as AbstractSet
from dataclasses import replace

import numpy as np

from pipeweave_dagster.core.columns.column import Column
from pipeweave_dagster.core.columns.target import Target

COMMON_SENTINELS = frozenset({-1, -9, -99, -200, -999, -9999, 99, 999, 9999, 99999, 999999})
MIN_ROWS = 5
MIN_SHARE = {True: 0.005, False: 0.02}
MIN_DISTANCE = {True: 0.5, False: 10.0}
MIN_DISTANCE_SHARED = 0.05
"""Distance from all other values, in 5-95 % ranges; smaller for common sentinels (True)."""


def find_sentinels(columns: list[Column]) -> dict[str, tuple[float, int]]:
    """Return the sentinel of each column that has one, and its number of rows.

    A sentinel of two columns also counts in others where it is less far from the other values.
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
    found = (
        find_sentinels(columns).get(target.name) if target and target.values is not None else None
    )
    if target is None or found is None or target.column.numbers is None:
        return target
    index = int(np.searchsorted(target.column.numbers, found[0]))
    return replace(target, codes=np.where(target.codes == index, -1, target.codes))


def sentinel(column: Column, shared: AbstractSet[float] = frozenset()) -> tuple[float, int] | None:
    """Return a repeated extreme value far from all others, and its number of rows, if any.

    Args:
        column: A column of numbers.
        shared: Sentinels of other columns of the table.
    """
    numbers = column.numbers
    if numbers is None or len(numbers) < 10:
        return None
    for index, rest, next_to in ((0, slice(1, None), 1), (-1, slice(None, -1), -2)):
        value, rows = float(numbers[index]), int(column.counts[index])
        if rows < max(MIN_ROWS, MIN_SHARE[value in COMMON_SENTINELS] * column.present):
            continue
        share = np.cumsum(column.counts[rest]) / max(1, column.counts[rest].sum())
        low, high = (float(numbers[rest][np.searchsorted(share, q)]) for q in (0.05, 0.95))
        min_distance = (
            MIN_DISTANCE_SHARED if value in shared else MIN_DISTANCE[value in COMMON_SENTINELS]
        )
        if abs(value - float(numbers[next_to])) > min_distance * (high - low) > 0:
            return value, rows
    return None
