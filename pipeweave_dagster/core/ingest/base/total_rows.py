"""Rows of a table whose first cell says that they are totals of others."""

import re
from collections.abc import Sequence

_WORDS = r"((grand |sub-?|overall )?totals?( general)?|(gesamt|zwischen)?summe|insgesamt|sum|suma)"
TOTAL = re.compile(rf"{_WORDS}\s*:?", re.IGNORECASE)
_NAMED = re.compile(rf"{_WORDS}\s*(:|\s[-\u2013\u2014])\s*\S.{{0,60}}", re.IGNORECASE)
_LAST_ROWS, _LISTED, _MOST_TEXT = 20, 10, 200
_MOST_SHARE = 0.2


def total_notes(rows: Sequence[tuple[int, Sequence[str]]]) -> list[str]:
    """Return a note on the last rows that look like totals, with such rows above them.

    They are read: they have the columns of a row, and only the user knows whether it is a category.
    Where none stands at the end, or they are many, the word is a category.

    Args:
        rows: The rows of a table: line in the file or sheet, and cells.

    Example:
        >>> total_notes([(2, ["Ann", "5"]), (3, ["Total: all", "5"])])
        ["The row in line 3 looks like a total ('Total: all'); it was read like any other."]
    """
    last = rows[-_LAST_ROWS:]
    totals = [(line, first) for line, cells in last if (first := _first_of_total(cells))]
    if totals:
        found = [(line, first) for line, cells in rows if (first := _first_of_total(cells))]
        totals = found if len(found) <= _MOST_SHARE * len(rows) else totals
    if len(totals) == 1:
        [(line, first)] = totals
        row = f"The row in line {line} looks like a total ({first[:_MOST_TEXT]!r})"
        return [f"{row}; it was read like any other."]
    named = [f"{line} ({first[:_MOST_TEXT]!r})" for line, first in totals[:_LISTED]]
    more = " …" if len(totals) > _LISTED else ""
    if not totals:
        return []
    start = f"{len(totals)} rows look like totals, and were read like any others"
    return [f"{start}: line {', '.join(named)}{more}."]


def _first_of_total(cells: Sequence[str]) -> str | None:
    filled = [cell.strip() for cell in cells if cell and cell.strip()]
    is_total = len(filled) > 1 and (TOTAL.fullmatch(filled[0]) or _NAMED.fullmatch(filled[0]))
    return filled[0] if is_total else None
