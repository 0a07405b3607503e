"""What a reader of a worksheet has to know: hidden, missing, filled and unread parts."""

from typing import NamedTuple

from openpyxl.utils import get_column_letter

from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.ingest.formats.sheet import Sheet

_LISTED = 10


class OtherSheet(NamedTuple):
    """A sheet that was not read: its title, number of cells, and whether it is visible."""

    title: str
    cells: int
    visible: bool


def sheet_notes(sheet: Sheet, others: list[OtherSheet], filled: dict[int, int]) -> list[str]:
    """Return the notes on a sheet.

    Args:
        sheet: The sheet that was read.
        others: The sheets that were not.
        filled: Number of cells filled from merged ones, by column.
    """
    notes = _other_sheets(sheet, others)
    if filled:
        cells = counted(sum(filled.values()), "cell")
        notes.append(f"Filled {cells} of merged ranges in {_columns(list(filled))}.")
    if sheet.uncomputed:
        formulas = counted(sum(sheet.uncomputed.values()), "formula")
        notes.append(
            f"{formulas} without a stored value in {_columns(list(sheet.uncomputed))}: missing. "
            "Open the workbook in a spreadsheet program and save it, to store the values."
        )
    if sheet.errors:
        kinds = ", ".join(f"{e} ({n})" for e, n in sheet.errors.most_common(_LISTED))
        notes.append(f"Error cells are stored as missing: {kinds}.")
    if sheet.hidden_rows:
        rows = counted(len(sheet.hidden_rows), "hidden row")
        notes.append(f"{rows} read like the others: {_listed(sorted(sheet.hidden_rows))}.")
    if sheet.hidden_columns:
        count = counted(len(sheet.hidden_columns), "hidden column")
        letters = [get_column_letter(c) for c in sorted(sheet.hidden_columns)]
        notes.append(f"{count} read like the others: {_listed(letters)}.")
    return notes


def _other_sheets(sheet: Sheet, others: list[OtherSheet]) -> list[str]:
    if not others:
        return []
    unread = ", ".join(
        f"{o.title!r} ({counted(o.cells, 'cell')}{'' if o.visible else ', hidden'})"
        for o in others[:_LISTED]
    )
    more = f" and {len(others) - _LISTED} more" if len(others) > _LISTED else ""
    count = len(others) + 1
    read = f"The workbook has {count} sheets; only {sheet.title!r}, the largest, was read"
    return [f"{read}; not read: {unread}{more}."]


def _columns(columns: list[int]) -> str:
    letters = [get_column_letter(c) for c in sorted(columns)]
    return f"column{'s' if len(letters) > 1 else ''} {_listed(letters)}"


def _listed(values: list[int] | list[str]) -> str:
    more = f" and {len(values) - _LISTED} more" if len(values) > _LISTED else ""
    return ", ".join(map(str, values[:_LISTED])) + more
