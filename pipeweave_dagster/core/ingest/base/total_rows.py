"""Rows at the end of a table whose first cell says that they are totals of the others."""

import re
from collections.abc import Sequence

TOTAL = re.compile(
    r"((grand |sub-?|overall )?totals?( general)?|(gesamt)?summe|insgesamt|sum|suma)\s*:?",
    re.IGNORECASE,
)
LAST_ROWS, _LISTED, _MOST_TEXT = 20, 10, 200


def total_notes(last: Sequence[tuple[int, Sequence[str]]]) -> list[str]:
    """Return a note for each of the last rows that looks like a total.

    It is kept: it has the columns of a row, and only the user knows whether it is a category.

    Args:
        last: The last rows of a table: line in the file or sheet, and cells.
    """
    totals = [(line, first) for line, cells in last if (first := _first_of_total(cells))]
    return [
        f"The row in line {line} looks like a total ({first[:_MOST_TEXT]!r}); it was kept."
        for line, first in totals[:_LISTED]
    ]


def _first_of_total(cells: Sequence[str]) -> str | None:
    filled = [cell.strip() for cell in cells if cell and cell.strip()]
    return filled[0] if len(filled) > 1 and TOTAL.fullmatch(filled[0]) else None
