"""PW302: sentinel numbers for missing values."""

from collections.abc import Iterator
from typing import Any

from pipeweave_dagster.core.columns.column import Column
from pipeweave_dagster.core.columns.sentinel_values import find_sentinels
from pipeweave_dagster.core.counted import counted, quoted_names
from pipeweave_dagster.core.number_format import number_as_text
from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit
from pipeweave_dagster.core.quality.patch_text import setting_text

ONE_BY_ONE = 5
"""In more columns than these, each value is one finding, or they would hide all others."""
_NAMED = 5


def check(case: Case) -> Iterator[Hit]:
    """Alert on a repeated extreme value far from all others, such as -999.

    Where more than five columns have one, the same value in several columns is one finding, without
    those that have an override of their own.
    """
    sentinel_of = find_sentinels(case.table.columns)
    overridden = {override.column for override in case.settings.overrides}
    by_value: dict[float, list[Column]] = {}
    for column in case.table.columns:
        if column.info.role != "dropped" and column.name in sentinel_of:
            by_value.setdefault(sentinel_of[column.name][0], []).append(column)
    many = sum(map(len, by_value.values())) > ONE_BY_ONE
    for value, columns in by_value.items():
        together = [column for column in columns if many and column.name not in overridden]
        joined = len(together) > 1
        for column in columns:
            if not joined or column.name in overridden:
                yield _of_one(column, *sentinel_of[column.name])
        if joined:
            yield _of_many(together, value, [sentinel_of[column.name][1] for column in together])


def _of_one(column: Column, value: float, rows: int) -> Hit:
    patch = _declared([column], value)
    return Hit(
        "alerted",
        f"{counted(rows, 'row', 'have')} the value {number_as_text(value)}, far from all "
        "others; it is probably a sentinel for missing values.",
        [column.name],
        {"value": value, "rows": rows, "share": round(rows / column.rows, 6)},
        f"If so, set {setting_text(patch)}.",
        patch,
    )


def _of_many(columns: list[Column], value: float, rows: list[int]) -> Hit:
    names = [column.name for column in columns]
    text = number_as_text(value)
    return Hit(
        "alerted",
        f"{len(columns):,} columns have the value {text}, apart from all others, in {min(rows):,} "
        f"to {max(rows):,} rows: {quoted_names(names, _NAMED)}. It is probably a sentinel for "
        "missing values.",
        names,
        {"value": value, "columns": len(columns), "least": min(rows), "most": max(rows)},
        f'If so, set missing: ["{text}"] for each of them.',
        _declared(columns, value),
    )


def _declared(columns: list[Column], value: float) -> dict[str, Any]:
    missing = [number_as_text(value)]
    return {"columns": {column.name: {"missing": missing} for column in columns}}


GUARDRAIL = Guardrail("PW302", "Missing values are not encoded as numbers", "missing", check)
