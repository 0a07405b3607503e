"""Recognise the tables of a web page that are for navigation: calendars and lists of links."""

import re
from itertools import pairwise

from pipeweave_dagster.core.ingest.formats.html_grid import HtmlGrid

_DAY = re.compile(r"(\d{1,2})\b")
_WEEK, _LONGEST, _SHORTEST = 7, 31, 28
_MOST_ROWS, _MOST_NAMES, _FEWEST_WEEKS = 10, 4, 4


def is_navigation(grid: HtmlGrid) -> bool:
    """Return whether a table shows the days of one month, or links alone and no names of columns.

    Args:
        grid: A table of a web page.
    """
    return (not grid.header and 0 < grid.cells <= grid.linked) or _is_calendar(grid)


def _is_calendar(grid: HtmlGrid) -> bool:
    """Return whether the numbers of a table, row by row, are the days of a month in weeks."""
    if len(grid.sheet.rows) > _MOST_ROWS:
        return False
    rows = [_days(row) for row in grid.sheet.rows.values()]
    body = [week for week in rows if week]
    if len(rows) - len(body) > _MOST_NAMES or None in rows or len(body) < _FEWEST_WEEKS:
        return False
    weeks = _without_week_numbers(body)
    whole = all(len(week) == _WEEK for week in weeks[1:-1])
    return whole and _is_month([day for week in weeks for day in week])


def _days(row: dict[int, str]) -> list[int] | None:
    """Return the numbers that the cells of a row begin with; none if no, None if some do so."""
    found = [_DAY.match(text) for _, text in sorted(row.items())]
    if not any(found):
        return []
    return [int(m[1]) for m in found if m] if all(found) else None


def _without_week_numbers(weeks: list[list[int]]) -> list[list[int]]:
    numbered = all(len(week) == _WEEK + 1 for week in weeks[1:-1])
    follow = all(b in {a + 1, 1} for a, b in pairwise(week[0] for week in weeks))
    return [week[1:] for week in weeks] if numbered and follow else weeks


def _is_month(days: list[int]) -> bool:
    """Return whether days are those of a month, with some of the months before and after it."""
    if 1 not in days:
        return False
    first = days.index(1)
    ends = [i for i, (a, b) in enumerate(pairwise(days)) if b != a + 1]
    months = [days[a + 1 : b + 1] for a, b in pairwise([-1, *ends, len(days) - 1])]
    before, month, *after = months if first else [[], *months]
    return (
        len(before) < _WEEK
        and (not before or before[-1] >= _SHORTEST)
        and month[0] == 1
        and _SHORTEST <= month[-1] <= _LONGEST
        and len(after) <= 1
        and all(rest[0] == 1 and len(rest) < 2 * _WEEK for rest in after)
    )
