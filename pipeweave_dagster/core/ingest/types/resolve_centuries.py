# ruff: noqa: S608 - names and texts in SQL go through `identifier` and `literal`
"""Choose the century of two-digit years from all values of a column and its name."""

import datetime as dt
import re
from collections.abc import Collection
from dataclasses import replace

from pipeweave_dagster.core.ingest.base.raw_table import RawTable
from pipeweave_dagster.core.ingest.base.workspace import Workspace
from pipeweave_dagster.core.ingest.types.centuries import has_two_digit_years, with_window
from pipeweave_dagster.core.ingest.types.stacked_columns import grouped_batches, stacked
from pipeweave_dagster.core.ingest.types.type_decisions import TypeDecision
from pipeweave_dagster.core.personal_words import personal_kinds

_PAST = re.compile(
    r"birth|born|(^|[_\W])(dob|death|died)($|[_\W])|deceased|founded|hired?($|[_\W])|joined",
    re.IGNORECASE,
)
_FUTURE = re.compile(
    r"due|expir|matur|until|deadline|plan|forecast|target|renew|warrant|valid|(^|[_\W])(end|exp)",
    re.IGNORECASE,
)
_MAX_SPLIT = 30
"""A window that ends today may span this many years more than the narrowest one."""


def current_year() -> int:
    """Return the year in UTC; two-digit years before it are rather past than to come."""
    return dt.datetime.now(dt.UTC).year


def resolve_centuries(
    raw: RawTable, values: dict[int, str], decisions: dict[int, TypeDecision], space: Workspace
) -> dict[int, TypeDecision]:
    """Return the decisions for columns with two-digit years, with one window of years each.

    Args:
        raw: The table as text.
        values: SQL of each column's text as its parser sees it, over `v`, by column index.
        decisions: Types inferred so far, by column index.
        space: DuckDB workspace.
    """
    forms = {
        i: (values[i], d.parser) for i, d in decisions.items() if has_two_digit_years(d.parser)
    }
    resolved = {}
    for (text, parser), batch in grouped_batches(forms):
        years = f"year({parser.cast_sql('v')}) % 100"
        rows = space.query(
            f"SELECT col, list(DISTINCT {years}) FROM {stacked(raw.table, batch, text)}"
            f" WHERE v IS NOT NULL AND {parser.match_sql('v')} GROUP BY col"
        )
        for i, found in rows:
            name = raw.names[i] if i < len(raw.names) else ""
            first = first_year(set(found), name, current_year())
            resolved[i] = replace(decisions[i], parser=with_window(parser, first))
    return resolved


def first_year(years: Collection[int], name: str, now: int) -> int:
    """Return the first year of the window of a hundred years that two-digit years lie in.

    Past dates are the rule, so the window ends next year (this year for births), unless that tears
    apart years that follow each other, or the name is that of a date to come.

    Args:
        years: Two-digit years of the column.
        name: Name of the column.
        now: The current year.

    Example:
        >>> first_year({40, 98}, "birth_date", 2026), first_year(range(20, 46), "due", 2026)
        (1927, 1969)
    """
    past = now - 99
    if not years or _PAST.search(name) or "birth_date" in personal_kinds(name):
        return past
    windows = [past + 1, _widest_gap(years), 1969]
    if _FUTURE.search(name):
        return 1969 if _span(years, 1969) <= _span(years, windows[1]) + _MAX_SPLIT else windows[1]
    torn = _span(years, past + 1) > _span(years, windows[1]) + _MAX_SPLIT
    return windows[1] if torn else past + 1


def _full(year: int, first: int) -> int:
    """Return the year of a window that ends in these two digits."""
    return first + (year - first) % 100


def _span(years: Collection[int], first: int) -> int:
    full = [_full(y, first) for y in years]
    return max(full) - min(full)


def _widest_gap(years: Collection[int]) -> int:
    """Return the first year of the window that begins after the widest gap between years."""
    ordered = sorted(years)
    gaps = [(b - a) % 100 or 100 for a, b in zip([ordered[-1], *ordered], ordered, strict=False)]
    start = ordered[gaps.index(max(gaps))]
    # POSIX: 69 to 99 are of the last century; so are years from which a column runs on to 69.
    end = start + 100 - max(gaps)
    return 1900 + start if start >= 69 or end >= 69 else 2000 + start
