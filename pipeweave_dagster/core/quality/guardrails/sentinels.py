"""PW302: a number that stands for `missing`."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet

import numpy as np

from pipeweave_dagster.core.columns.column import Column
from pipeweave_dagster.core.columns.corrected import value_text
from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit

USUAL = frozenset({-1, -9, -99, -200, -999, -9999, 99, 999, 9999, 99999, 999999})
MIN_ROWS = 5
MIN_SHARE = {True: 0.005, False: 0.02}
APART = {True: 0.5, False: 10.0}
APART_COMMON = 0.05
"""How far from all others, in 5 to 95 % ranges: less for the numbers that are usual for it."""


def check(case: Case) -> Iterator[Hit]:
    """Alert on a repeated extreme that stands apart from all other values."""
    found = sentinels(case.table.columns)
    for column in case.table.columns:
        if column.info.role == "dropped" or column.name not in found:
            continue
        value, rows = found[column.name]
        yield Hit(
            "alerted",
            f"{rows:,} rows have the value {value:g}, far from all others; it probably stands "
            "for a missing value.",
            [column.name],
            {"value": value, "rows": rows, "share": round(rows / column.rows, 6)},
            "If so, say so: `columns: {NAME: {missing: [VALUE]}}`.",
            {"columns": {column.name: {"missing": [value_text(value)]}}},
        )


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


GUARDRAIL = Guardrail("PW302", "No number stands for missing", "missing", check)
