# ruff: noqa: SLF001 - see `sheet_cells`
"""Read Excel workbooks: the largest visible sheet, its values as text, laid out like a CSV file."""

import warnings
import zipfile
from dataclasses import replace
from typing import Any

import openpyxl

from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.ingest.base.containers import Content
from pipeweave_dagster.core.ingest.base.raw_table import RawTable
from pipeweave_dagster.core.ingest.base.workspace import Workspace
from pipeweave_dagster.core.ingest.formats.sheet import Sheet
from pipeweave_dagster.core.ingest.formats.sheet_cells import read_sheet
from pipeweave_dagster.core.ingest.formats.sheet_footer import rejected_notes, split_footer
from pipeweave_dagster.core.ingest.formats.sheet_header import join_header
from pipeweave_dagster.core.ingest.formats.sheet_merges import fill_down
from pipeweave_dagster.core.ingest.formats.sheet_notes import OtherSheet, sheet_notes
from pipeweave_dagster.core.ingest.formats.sheet_rows import check_sheet, count_levels, dense_rows
from pipeweave_dagster.core.ingest.formats.sheet_side_tables import split_side_tables
from pipeweave_dagster.core.ingest.text.delimited import from_rows
from pipeweave_dagster.core.ingest.text.read_options import ReadOptions

# XML is read slowly, so what decompresses too far is refused earlier than in other formats.
_FREE_BYTES = 16 << 20


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
    check_sheet(sheet, space)
    beside = [] if options.keep_all else split_side_tables(sheet)
    header = join_header(sheet)
    filled = fill_down(sheet)
    left_out = [] if options.keep_all else split_footer(sheet)
    if header.names:  # so these rows are found again as the header
        options = replace(options, expected_names=header.names)
    raw = from_rows(content, dense_rows(sheet, space), table, space, options)
    count_levels(raw, header.levels)
    raw.rejected += rejected_notes(left_out)
    raw.notes += [*sheet_notes(sheet, others, filled), *beside]
    return raw


def _check_size(content: Content, space: Workspace) -> None:
    with zipfile.ZipFile(content.path) as archive:
        size = sum(member.file_size for member in archive.infolist())
    packed = content.path.stat().st_size
    space.limits.check_decompressed(content.name, size, packed, free=_FREE_BYTES)


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
