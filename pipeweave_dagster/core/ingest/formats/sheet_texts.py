# ruff: noqa: SLF001 - see `sheet_cells`
"""How values of a worksheet are written as text."""

import datetime as dt
import re
from typing import Any

_FIRST_CUSTOM_FORMAT = 164
_ZEROS = re.compile(r"0{2,}")


def padded_styles(book: Any) -> dict[int, int]:
    """Return the cell styles that show whole numbers with leading zeros, and how many digits.

    Such numbers (`00501`) are codes, whose zeros belong to them.
    """
    widths = {}
    for style, cell in enumerate(book._cell_styles):
        custom = cell.numFmtId - _FIRST_CUSTOM_FORMAT
        if 0 <= custom < len(book._number_formats):
            shown = book._number_formats[custom]
            if _ZEROS.fullmatch(shown):
                widths[style] = len(shown)
    return widths


def cell_texts(column: list[Any]) -> list[str]:
    """Return the texts of the values of one column, dates without a time if none has one."""
    times = [v for v in column if isinstance(v, dt.datetime)]
    only_dates = all(v.time() == dt.time() for v in times)
    return [_text(value, only_dates) for value in column]


def _text(value: Any, only_dates: bool) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if only_dates else value.isoformat(" ")
    if isinstance(value, dt.timedelta):
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        return f"{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e18:
        return str(int(value))
    return str(value)
