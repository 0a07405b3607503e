"""Numbers that seem to stand for `missing`."""

from collections.abc import Set as AbstractSet
from dataclasses import replace

import numpy as np

from pipeweave_dagster.core.columns.column import Column
from pipeweave_dagster.core.columns.target import Target

USUAL = frozenset({-1, -9, -99, -200, -999, -9999, 99, 999, 9999, 99999, 999999})
MIN_ROWS = 5
MIN_SHARE = {True: 0.005, False: 0.02}
APART = {True: 0.5, False: 10.0}
APART_COMMON = 0.05
"""How far from all others, in 5 to 95 % ranges: less for the numbers that are usual for it."""


def sentinels(columns: list[Column]) -> dict[str, tuple[float, int]]:
    """By column a number that seems to stand for `missing`, and its rows.

    A number that does so in two columns is believed in others too, where it stands less far apart.
    """
    numbers = [c for c in columns if c.info.storage in {"integer", "number"}]
    found = {c.name: told for c in numbers if (told := sentinel(c)) is not None}
    values = [value for value, _ in found.values()]
    common = {value for value in values if values.count(value) >= 2}
    for column in numbers:
        if column.name not in found and (told := sentinel(column, common)) is not None:
            found[column.name] = told
    return found


def believed(target: Target | None, columns: list[Column]) -> Target | None:
    """The target without rows where a number only stands for `missing`: they would bend all."""
    found = sentinels(columns).get(target.name) if target and target.values is not None else None
    if target is None or found is None or target.column.numbers is None:
        return target
    place = int(np.searchsorted(target.column.numbers, found[0]))
    return replace(target, codes=np.where(target.codes == place, -1, target.codes))


def sentinel(column: Column, common: AbstractSet[float] = frozenset()) -> tuple[float, int] | None:
    """An extreme value that repeats far from all others, and its rows; None if there is none.

    Args:
        column: A column of numbers.
        common: Numbers that stand for `missing` in other columns of the table.
    """
    numbers = column.numbers
    if numbers is None or len(numbers) < 10:
        return None
    for place, rest, next_to in ((0, slice(1, None), 1), (-1, slice(None, -1), -2)):
        value, rows = float(numbers[place]), int(column.counts[place])
        if rows < max(MIN_ROWS, MIN_SHARE[value in USUAL] * column.present):
            continue
        share = np.cumsum(column.counts[rest]) / max(1, column.counts[rest].sum())
        low, high = (float(numbers[rest][np.searchsorted(share, q)]) for q in (0.05, 0.95))
        apart = APART_COMMON if value in common else APART[value in USUAL]
        if abs(value - float(numbers[next_to])) > apart * (high - low) > 0:
            return value, rows
    return None
