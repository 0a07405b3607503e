"""Merged cells in the body of a worksheet: a value that holds for several rows."""

from typing import Any

from pipeweave_dagster.core.ingest.formats.sheet import MergedRange, Sheet

_MAX_VISITS = 5_000_000


def fill_down(sheet: Sheet, header: int | None = None) -> dict[int, int]:
    """Repeat the value of cells merged over rows in each of the rows; return counts by column.

    Args:
        sheet: The sheet; its rows are filled.
        header: The last row of its header, with ranges of its own; by default the first row.
    """
    rows = sorted(sheet.rows)
    header = rows[0] if header is None else header
    filled: dict[int, int] = {}
    visits = 0
    for merged in sheet.merged:
        value = _anchor(sheet, merged)
        if value is None or merged.first_row == merged.last_row or merged.first_row <= header:
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
