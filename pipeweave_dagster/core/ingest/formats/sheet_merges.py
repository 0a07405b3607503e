"""Merged cells in the body of a worksheet: a value that holds for several rows."""

from typing import Any

from pipeweave_dagster.core.ingest.formats.sheet_cells import MergedRange, Sheet

_MAX_VISITS = 5_000_000


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
