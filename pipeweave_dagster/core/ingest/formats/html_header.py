"""The names of the columns of a table of a web page, as its markup or its spans show them."""

from typing import NamedTuple

from pipeweave_dagster.core.ingest.formats.html_grid import HtmlGrid
from pipeweave_dagster.core.ingest.formats.sheet import Sheet
from pipeweave_dagster.core.ingest.formats.sheet_header import join_header, joined_names
from pipeweave_dagster.core.model.value_kinds import kind_of

_LOOKED_AT, _MOST_LEVELS = 22, 6


class HtmlHeader(NamedTuple):
    """The row with the names of the columns, 0 if no markup shows it, and of how many it was."""

    row: int
    levels: int


def join_html_header(grid: HtmlGrid) -> HtmlHeader:
    """Join the rows of a header into its last one, and remove those that repeat it further down.

    Rows of `th`, or in `thead`, are names; else groups of columns show that rows belong together,
    as in worksheets. Names are below any title.
    """
    sheet = grid.sheet
    block = _block(grid)
    if not block:
        return _join_by_groups(sheet)
    for row in [row for row in sheet.rows if row > block[-1] and row in grid.header]:
        if any(sheet.rows[row] == sheet.rows[name] for name in block):
            del sheet.rows[row]
    last = block[-1]
    if len(block) > 1:
        sheet.rows[last] = dict(sorted(joined_names(sheet, block).items()))
        for row in block[:-1]:
            del sheet.rows[row]
    sheet.merged = [m for m in sheet.merged if m.first_row > last]
    return HtmlHeader(last, len(block))


def _block(grid: HtmlGrid) -> list[int]:
    """Return the rows of names at the top, without titles; none if all rows are marked alike."""
    rows = grid.sheet.rows
    if all(row in grid.header for row in rows):
        return []
    block: list[int] = []
    for row in [*rows][:_LOOKED_AT]:
        if row in grid.header and row not in grid.footer:
            block.append(row)
        elif block:
            break
    while len(block) > 1 and _is_title(rows[block[0]], rows[block[1]]):
        del block[0]
    if block and len(rows[block[0]]) == 1 and _is_title(rows[block[0]], _below(rows, block[-1])):
        return []
    return block if len(block) <= _MOST_LEVELS else []


def _below(rows: dict[int, dict[int, str]], row: int) -> dict[int, str]:
    return next((cells for number, cells in rows.items() if number > row), {})


def _is_title(cells: dict[int, str], below: dict[int, str]) -> bool:
    """Return whether a row is a text above all columns of the row below."""
    return len(cells) == 1 < len(below) and min(cells) <= min(below)


def _join_by_groups(sheet: Sheet) -> HtmlHeader:
    """Join header rows by their groups of columns, which the kinds of values below tell."""
    first = [*sheet.rows][:_LOOKED_AT]
    typed = Sheet(
        "",
        {row: {column: _typed(v) for column, v in sheet.rows[row].items()} for row in first},
        [m for m in sheet.merged if m.first_row <= first[-1]],
    )
    header = join_header(typed)
    if header.levels == 1:
        return HtmlHeader(0, 1)
    last = next(row for row, cells in typed.rows.items() if tuple(cells.values()) == header.names)
    for row in [row for row in first if row < last and row not in typed.rows]:
        del sheet.rows[row]
    sheet.rows[last] = dict(sorted(typed.rows[last].items()))
    sheet.merged = [m for m in sheet.merged if m.first_row > last]
    return HtmlHeader(last, header.levels)


def _typed(text: str) -> str | int | float:
    """Return a number for the text of one, as a worksheet would hold it."""
    if kind_of(text) not in {"number", "amount"}:
        return text
    return int(text) if text.isascii() and text.isdecimal() else 0.5
