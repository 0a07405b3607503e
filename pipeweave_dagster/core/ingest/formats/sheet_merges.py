"""Merged cells of a worksheet: groups above column names, and values that hold for several rows."""

from typing import Any, NamedTuple

from pipeweave_dagster.core.ingest.formats.sheet_cells import MergedRange, Sheet

_LOOKED_AT = 20
_MAX_LEVELS = 5
_YEARS = range(1900, 2101)
_MAX_VISITS = 5_000_000


class JoinedHeader(NamedTuple):
    """A header of several rows that were joined: their number, and the names of the columns."""

    levels: int
    names: tuple[str, ...]


def join_header(sheet: Sheet) -> JoinedHeader:
    """Join the rows of a header with merged cells into its last row.

    A cell merged over columns names a group of them, if the row below names each of them. A title
    merged over the whole table does not.

    Args:
        sheet: The worksheet; its header rows are replaced by one.

    Returns:
        The number of rows, 1 without groups, and the names of the columns.
    """
    for first in sorted(sheet.rows)[:_LOOKED_AT]:
        last = _last_level(sheet, first)
        if last > first:
            levels = [r for r in range(first, last + 1) if r in sheet.rows]
            sheet.rows[last] = _joined(sheet, levels)
            for row in levels[:-1]:
                del sheet.rows[row]
            sheet.merged = [m for m in sheet.merged if m.first_row > last]
            return JoinedHeader(len(levels), tuple(sheet.rows[last].values()))
        if any(not isinstance(v, str) for v in sheet.rows[first].values()):
            break
    return JoinedHeader(1, ())


def _last_level(sheet: Sheet, first: int) -> int:
    """Return the last row of the header that begins in a row; the row itself without groups."""
    row = first
    while row - first < _MAX_LEVELS:
        groups = [m for m in sheet.merged if m.first_row == row and _is_group(sheet, m)]
        if not groups:
            break
        row = max(m.last_row for m in groups) + 1
    if row > first and _names_rows(sheet, first, row):
        row += 1
    return row


def _names_rows(sheet: Sheet, first: int, leaf: int) -> bool:
    """Return whether the row below the header names only columns that have no name yet.

    So pandas writes the names of an index, below those of several levels of columns.
    """
    below, further = sheet.rows.get(leaf + 1, {}), sheet.rows.get(leaf + 2, {})
    named = {c for row in range(first, leaf + 1) for c in sheet.rows.get(row, {})}
    texts = all(isinstance(v, str) for v in below.values())
    return 0 < len(below) < len(further) and texts and not named & set(below)


def _is_group(sheet: Sheet, merged: MergedRange) -> bool:
    """Return whether a merged cell names the columns below it together."""
    cells = sheet.rows.get(merged.first_row, {})
    below = sheet.rows.get(merged.last_row + 1, {})
    if merged.first_column == merged.last_column or merged.first_column not in cells:
        return False
    columns = range(merged.first_column, merged.last_column + 1)
    named = [below[c] for c in columns if c in below]
    is_title = len(cells) == 1 and merged.first_column == min(below, default=0)
    texts = all(isinstance(v, str) for v in named) and all(
        isinstance(v, str) or v in _YEARS for v in below.values()
    )
    years = all(isinstance(v, int) and v in _YEARS for v in named)
    distinct = len(set(map(str, named))) == len(named)
    return len(named) >= 2 and not is_title and distinct and (texts or years)


def _joined(sheet: Sheet, levels: list[int]) -> dict[int, str]:
    """Return the names of the columns: the texts of all levels, each once."""
    parts: dict[int, list[str]] = {}
    for row in levels:
        cells = dict(sheet.rows[row])
        for m in sheet.merged:
            if m.first_row == row and m.first_column in cells and row != levels[-1]:
                wide = range(m.first_column, min(m.last_column, m.first_column + 10_000) + 1)
                cells |= dict.fromkeys(wide, cells[m.first_column])
        for column, value in cells.items():
            texts = parts.setdefault(column, [])
            if str(value).strip() not in texts[-1:]:
                texts.append(str(value).strip())
    return {column: " ".join(texts) for column, texts in parts.items()}


def fill_down(sheet: Sheet) -> dict[int, int]:
    """Repeat the value of cells merged over rows in each of the rows; return counts by column.

    Ranges that begin in the first row of the sheet belong to its header.
    """
    rows = sorted(sheet.rows)
    filled: dict[int, int] = {}
    visits = 0
    for merged in sheet.merged:
        value = _anchor(sheet, merged)
        if value is None or merged.first_row == merged.last_row or merged.first_row <= rows[0]:
            continue
        for row in range(merged.first_row + 1, min(merged.last_row, rows[-1]) + 1):
            visits += 1
            cells = sheet.rows.get(row)
            if cells is not None and merged.first_column not in cells:
                cells[merged.first_column] = value
                filled[merged.first_column] = filled.get(merged.first_column, 0) + 1
        if visits > _MAX_VISITS:
            raise ValueError("its merged cells overlap")
    return filled


def _anchor(sheet: Sheet, merged: MergedRange) -> Any:
    return sheet.rows.get(merged.first_row, {}).get(merged.first_column)
