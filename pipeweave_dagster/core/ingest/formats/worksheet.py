# ruff: noqa: SLF001 - see `sheet_cells`
"""Read Excel workbooks: the largest visible sheet, its values as text, laid out like a CSV file."""

import warnings
import zipfile
from dataclasses import replace
from typing import Any

import openpyxl

from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.ingest.base.cell_limit import check_cells
from pipeweave_dagster.core.ingest.base.containers import Content
from pipeweave_dagster.core.ingest.base.raw_table import RawTable, RejectedRecord
from pipeweave_dagster.core.ingest.base.workspace import Workspace
from pipeweave_dagster.core.ingest.formats.sheet_cells import Sheet, read_sheet
from pipeweave_dagster.core.ingest.formats.sheet_footer import LeftOut, split_footer
from pipeweave_dagster.core.ingest.formats.sheet_header import join_header
from pipeweave_dagster.core.ingest.formats.sheet_merges import fill_down
from pipeweave_dagster.core.ingest.formats.sheet_notes import OtherSheet, sheet_notes
from pipeweave_dagster.core.ingest.formats.sheet_side_tables import split_side_tables
from pipeweave_dagster.core.ingest.formats.sheet_texts import cell_texts
from pipeweave_dagster.core.ingest.text.delimited import from_rows
from pipeweave_dagster.core.ingest.text.read_options import ReadOptions

# XML is read slowly, so what decompresses too far is refused earlier than in other formats.
_FREE_BYTES = 16 << 20
_FREE_CELLS, _MOST_PER_CELL = 5_000_000, 100


def read_excel(content: Content, table: str, space: Workspace, options: ReadOptions) -> RawTable:
    """Read the sheet with the most cells; notes say what was filled, hidden, missing or not read.

    Raises:
        PipeWeaveError: `VALIDATION_ERROR` for a workbook without values, or too large.
    """
    _check_size(content, space)
    sheet, others = _largest_sheet(content)
    if not sheet.rows:
        raise validation_error(
            f"{content.name!r} has no sheet with values that can be read.",
            fix="Save it as an Excel workbook (.xlsx, not Strict Open XML) or CSV.",
            file=content.name,
        )
    _check_cells(sheet, space)
    beside = [] if options.keep_all else split_side_tables(sheet)
    header = join_header(sheet)
    filled = fill_down(sheet)
    left_out = [] if options.keep_all else split_footer(sheet)
    if header.names:  # so these rows are found again as the header
        options = replace(options, expected_names=header.names)
    raw = from_rows(content, _dense(sheet, space), table, space, options)
    _count_levels(raw, header.levels)
    raw.rejected += [_rejected(note) for note in left_out]
    raw.notes += [*sheet_notes(sheet, others, filled), *beside]
    return raw


def _rejected(note: LeftOut) -> RejectedRecord:
    return RejectedRecord(note.row, f"a note below the table ({note.text!r})", note.text)


def _check_size(content: Content, space: Workspace) -> None:
    with zipfile.ZipFile(content.path) as archive:
        size = sum(member.file_size for member in archive.infolist())
    packed = content.path.stat().st_size
    space.limits.check_decompressed(content.name, size, packed, free=_FREE_BYTES)


def _check_cells(sheet: Sheet, space: Workspace) -> None:
    """Refuse a sheet whose cells would become a far larger table."""
    rows, columns = len(sheet.rows), {c for cells in sheet.rows.values() for c in cells}
    width = max(columns) - min(columns) + 1
    check_cells("A sheet", rows, [8] * width, space.limits)
    if width * rows > max(_FREE_CELLS, _MOST_PER_CELL * sheet.cells):
        raise validation_error(
            f"The {sheet.cells:,} cells of a sheet are scattered over {rows:,} rows and"
            f" {width:,} columns.",
            fix="Delete the cells that do not belong to the table.",
        )


def _largest_sheet(content: Content) -> tuple[Sheet, list[OtherSheet]]:
    """Return the visible sheet with the most cells, else the hidden one, and what is not read."""
    best, best_key = Sheet(""), (False, 0)
    others: list[OtherSheet] = []
    with content.path.open("rb") as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about styles and dates; errors are counted as such
        book = openpyxl.load_workbook(file, read_only=True, data_only=True)
        for worksheet in book.worksheets:
            sheet = _read(worksheet, book)
            visible = worksheet.sheet_state == "visible"
            key = (visible and bool(sheet.rows), sheet.cells)
            if key > best_key:
                if best.title:
                    others.append(OtherSheet(best.title, best.cells, best_key[0]))
                best, best_key = sheet, key
            elif sheet.rows:
                others.append(OtherSheet(sheet.title, sheet.cells, visible))
    return best, others


def _read(worksheet: Any, book: Any) -> Sheet:
    with worksheet._get_source() as source:
        return read_sheet(worksheet.title, source, book, worksheet._shared_strings)


def _dense(sheet: Sheet, space: Workspace) -> list[list[str]]:
    """Return the used range as rows of texts, from the first row of the sheet on."""
    columns = sorted({column for cells in sheet.rows.values() for column in cells})
    first, width = columns[0], columns[-1] - columns[0] + 1
    if width > space.limits.max_columns:
        raise validation_error(
            f"A sheet has {width:,} columns; the limit is {space.limits.max_columns:,}.",
            fix="Delete the columns that do not belong to the table.",
        )
    numbers = sorted(sheet.rows)
    texts = [cell_texts([sheet.rows[r].get(first + j) for r in numbers]) for j in range(width)]
    dense: list[list[str]] = [[] for _ in range(numbers[-1])]
    for number, row in zip(numbers, zip(*texts, strict=True), strict=True):
        dense[number - 1] = list(row)
    return dense


def _count_levels(raw: RawTable, levels: int) -> None:
    """Report a header of several rows that was joined before the layout was detected."""
    if levels > 1 and raw.dialect.header_rows == 1:
        raw.dialect = raw.dialect.model_copy(update={"header_rows": levels})
        raw.notes.append(f"Joined {levels} header rows into one.")
