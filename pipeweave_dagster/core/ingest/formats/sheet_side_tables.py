"""Tables beside each other in a worksheet: the one with the most cells is read."""

from itertools import pairwise

from openpyxl.utils import get_column_letter

from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.ingest.formats.sheet import Sheet

_MIN_COLUMNS, _MIN_ROWS = 2, 3
_COMPLETE = 0.8
_LISTED = 5


def split_side_tables(sheet: Sheet) -> list[str]:
    """Remove the smaller tables beside the largest from a sheet; return a note on each.

    Blank columns stand between tables. Each has names of its own in its first row and complete rows
    below, and they end in different rows: one table with a blank column between ends in one.
    """
    groups = _groups(sheet)
    rows = [_rows_of(sheet, group) for group in groups]
    if len(groups) < 2 or not all(map(_is_table, rows)):
        return []
    if len({max(found) for found in rows}) < len(rows):
        return []
    sizes = [sum(map(len, found.values())) for found in rows]
    largest = sizes.index(max(sizes))
    notes = []
    for number, (group, found) in enumerate(zip(groups, rows, strict=True)):
        if number != largest:
            notes.append(_note(group, found))
            _remove(sheet, group)
    return notes


def _groups(sheet: Sheet) -> list[list[int]]:
    """Return the columns with values, divided where blank columns stand between them."""
    columns = sorted({column for cells in sheet.rows.values() for column in cells})
    groups = [columns[:1]]
    for before, column in pairwise(columns):
        if column > before + 1:
            groups.append([])
        groups[-1].append(column)
    return groups


def _rows_of(sheet: Sheet, columns: list[int]) -> dict[int, list[object]]:
    """Return the cells in some columns by row, without rows in which they are blank."""
    found = {
        row: [cells[column] for column in columns if column in cells]
        for row, cells in sorted(sheet.rows.items())
    }
    return {row: cells for row, cells in found.items() if cells}


def _is_table(rows: dict[int, list[object]]) -> bool:
    """Return whether rows follow each other, nearly all complete, below different names."""
    if len(rows) < _MIN_ROWS:
        return False
    names, *body = rows.values()
    texts = all(isinstance(name, str) for name in names) and len({*names}) == len(names)
    together = max(rows) - min(rows) < len(rows)
    filled = sum(map(len, body)) / (len(body) * len(names))
    width = max(map(len, rows.values()))
    typed = any(not isinstance(cell, str) for row in body for cell in row)
    return (
        _MIN_COLUMNS <= width == len(names) and texts and together and typed and filled >= _COMPLETE
    )


def _remove(sheet: Sheet, columns: list[int]) -> None:
    for row, cells in list(sheet.rows.items()):
        for column in columns:
            cells.pop(column, None)
        if not cells:
            del sheet.rows[row]


def _note(columns: list[int], rows: dict[int, list[object]]) -> str:
    first, last = get_column_letter(columns[0]), get_column_letter(columns[-1])
    names = " | ".join(str(name)[:40] for name in next(iter(rows.values()))[:_LISTED])
    more = " …" if len(columns) > _LISTED else ""
    return (
        f"Left out the table beside the largest in columns {first} to {last} ({names}{more}, with "
        f"{counted(len(rows) - 1, 'row')}). To read it, save it as a sheet of its own."
    )
