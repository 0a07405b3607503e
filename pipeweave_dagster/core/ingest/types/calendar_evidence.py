# ruff: noqa: S608 - names and texts in SQL go through `identifier` and `literal`
"""What speaks for an order of day and month: rows and dates that follow the calendar in it.

A log of a few days has every time of day in either order: read by the other one, its days are the
same day of following months. So the times themselves are looked at where a day has several of them,
and days of the month only where they go on over the end of a year.
"""

from pipeweave_dagster.core.ingest.base.raw_table import RawTable
from pipeweave_dagster.core.ingest.base.workspace import Workspace
from pipeweave_dagster.core.ingest.types.stacked_columns import grouped_batches, stacked
from pipeweave_dagster.core.ingest.types.value_parsers import Parser

_MIN_REGULAR = 6
_LONGEST_NIGHT = "INTERVAL 6 HOURS"
"""A longer gap over midnight does not show that the times go on."""
_SEVERAL_A_DAY = "count(*) > count(DISTINCT day)"
_EQUAL_STEPS = "count(DISTINCT step) = 1"
_OVER_NIGHT = (
    "max(step) FILTER (day <> day_before) <= least("
    f"max(step) FILTER (day = day_before), {_LONGEST_NIGHT})"
)
_MONTHS = "date_diff('month', day_before, day)"
_NEW_YEAR = "year(day) <> year(day_before)"
_MONTHLY = (
    f"count(DISTINCT day(day)) = 1 AND (count(DISTINCT {_MONTHS}) = 1"
    f" OR max({_MONTHS}) FILTER ({_NEW_YEAR}) <= max({_MONTHS}) FILTER (NOT {_NEW_YEAR}))"
)


def _sorted_columns(
    raw: RawTable, readings: dict[int, tuple[str, Parser]], space: Workspace
) -> list[int]:
    """Return the columns whose dates never turn from row to row, as their parser reads them."""
    found = []
    for (text, parser), batch in grouped_batches(readings):
        dates = (
            "SELECT col, d, lag(d) OVER (PARTITION BY col ORDER BY r) AS before FROM (SELECT"
            f" r, col, {parser.cast_sql('v')} AS d FROM {stacked(raw.table, batch, text)})"
        )
        rows = space.query(
            f"SELECT col FROM ({dates}) GROUP BY col HAVING count(DISTINCT d) > 2"
            " AND (count(*) FILTER (d < before) = 0 OR count(*) FILTER (d > before) = 0)"
        )
        found += [int(column) for (column,) in rows]
    return found


def _equally_spaced_times(
    raw: RawTable, readings: dict[int, tuple[str, Parser]], space: Workspace
) -> list[int]:
    """Return the columns with several times a day, all in equal steps."""
    return _columns_where(f"{_SEVERAL_A_DAY} AND {_EQUAL_STEPS}", "d", raw, readings, space)


def _times_over_night(
    raw: RawTable, readings: dict[int, tuple[str, Parser]], space: Workspace
) -> list[int]:
    """Return the columns in which no step over midnight is longer than all others."""
    return _columns_where(f"{_SEVERAL_A_DAY} AND {_OVER_NIGHT}", "d", raw, readings, space)


def _regular_days(
    raw: RawTable, readings: dict[int, tuple[str, Parser]], space: Workspace
) -> list[int]:
    """Return the columns whose days are equally spaced, or one of each month over years.

    Of a single year only equal steps count: days of the other order that are not every day of a
    month are one day of several months, too. Over years, the step over the end of a year is no
    longer than all others.
    """
    return _columns_where(f"({_EQUAL_STEPS} OR ({_MONTHLY}))", "day", raw, readings, space)


def _columns_where(
    condition: str,
    unit: str,
    raw: RawTable,
    readings: dict[int, tuple[str, Parser]],
    space: Workspace,
) -> list[int]:
    """Return the columns whose distinct times (`d`) or days (`day`) meet a condition.

    It is about `step`, the time since the one before, `day`, and `day_before`.
    """
    found = []
    for (text, parser), batch in grouped_batches(readings):
        times = (
            "SELECT col, CAST(d AS TIMESTAMP) AS d, CAST(CAST(d AS TIMESTAMP) AS DATE) AS day FROM"
            f" (SELECT col, {parser.cast_sql('v')} AS d FROM {stacked(raw.table, batch, text)})"
        )
        steps = (
            f"SELECT col, day, {unit} - lag({unit}) OVER known AS step,"
            " lag(day) OVER known AS day_before"
            f" FROM (SELECT DISTINCT col, day, {unit} FROM ({times}) WHERE d IS NOT NULL)"
            f" WINDOW known AS (PARTITION BY col ORDER BY {unit})"
        )
        rows = space.query(
            f"SELECT col FROM ({steps}) GROUP BY col"
            f" HAVING count(*) >= {_MIN_REGULAR} AND {condition}"
        )
        found += [int(column) for (column,) in rows]
    return found


EVIDENCE = {
    "by which the rows are sorted": _sorted_columns,
    "by which the times are equally spaced": _equally_spaced_times,
    "by which the times go on over midnight": _times_over_night,
    "by which the dates are equally spaced": _regular_days,
}
"""Functions that return the columns for which something holds, by how a note says it."""
