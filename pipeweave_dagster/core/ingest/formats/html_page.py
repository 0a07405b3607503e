"""Read the table of data of a web page, as exports of many programs are (often named `.xls`)."""

import re
from pathlib import Path

from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.documents import ReadSetting
from pipeweave_dagster.core.ingest.base.containers import Content
from pipeweave_dagster.core.ingest.base.foreign_files import refusal
from pipeweave_dagster.core.ingest.base.limits import MEGABYTE
from pipeweave_dagster.core.ingest.base.raw_table import RawTable, RejectedRecord
from pipeweave_dagster.core.ingest.base.web_pages import web_page
from pipeweave_dagster.core.ingest.base.workspace import Workspace
from pipeweave_dagster.core.ingest.formats.html_archive import pages_of
from pipeweave_dagster.core.ingest.formats.html_choice import PageTables, is_page_of_data
from pipeweave_dagster.core.ingest.formats.html_encoding import declared_encoding
from pipeweave_dagster.core.ingest.formats.html_grid import HtmlGrid
from pipeweave_dagster.core.ingest.formats.html_header import HtmlHeader, join_html_header
from pipeweave_dagster.core.ingest.formats.html_parser import TableParser
from pipeweave_dagster.core.ingest.formats.sheet_footer import rejected_notes, split_footer
from pipeweave_dagster.core.ingest.formats.sheet_merges import fill_down
from pipeweave_dagster.core.ingest.formats.sheet_rows import check_sheet, count_levels, dense_rows
from pipeweave_dagster.core.ingest.text.delimited import from_rows
from pipeweave_dagster.core.ingest.text.encodings import Utf8Text, to_utf8
from pipeweave_dagster.core.ingest.text.read_options import ReadOptions

_PART = MEGABYTE
_LONGEST_TAG = 64 * MEGABYTE
_CELL = re.compile(r"<t[dr]\b", re.IGNORECASE)
_FOOTER = "a row of the footer of the table (tfoot)"


def read_html(content: Content, table: str, space: Workspace, options: ReadOptions) -> RawTable:
    """Read the largest table of data; notes say what was filled, joined, hidden or not read.

    Raises:
        PipeWeaveError: `VALIDATION_ERROR` for a page without a table of data.
        ValueError: If a tag is never closed, so that cells would be lost.
    """
    read = options.read or ReadSetting()
    tables = PageTables()
    parser = TableParser(tables.add)
    file, cut = Utf8Text(content.path, "", ""), False
    for path in pages_of(content, space):
        given = read.encoding or declared_encoding(path, content.name)
        file = to_utf8(path, content.name, space.folder, given)
        cut = _parse(file.path, parser) or cut
    grid = tables.best
    if grid is None or not is_page_of_data(grid, parser.titles, parser.passwords, parser.length):
        title = parser.titles.get("title", "")
        raise refusal(content.name, web_page(title, parser.tables))
    raw = _stored(content, grid, table, space, options)
    raw.dialect = raw.dialect.model_copy(
        update={
            "encoding": file.encoding,
            "line_end": file.line_end,
            "decimal": read.decimal,
        }
    )
    raw.notes += [*file.notes, *tables.notes()]
    if cut:
        raw.notes.append("The page ends within a table: rows may be missing, as it was cut off.")
    return raw


def _parse(path: Path, parser: TableParser) -> bool:
    """Feed a page to a parser; return whether it was cut off within a table."""
    with path.open(encoding="utf-8", errors="replace", newline="\n") as file:
        # What is not parsed yet is looked at again, so parts grow with it.
        while part := file.read(max(_PART, len(parser.rawdata))):
            parser.feed(part)
            if len(parser.rawdata) > _LONGEST_TAG:
                raise ValueError(f"a tag is longer than {_LONGEST_TAG // MEGABYTE} MB")
    cut = parser.end()
    if _CELL.search(parser.rawdata):
        raise ValueError(f"a tag is never closed: {parser.rawdata[:60]!r}")
    parser.reset()  # for a further page
    return cut


def _stored(
    content: Content, grid: HtmlGrid, table: str, space: Workspace, options: ReadOptions
) -> RawTable:
    sheet = grid.sheet
    check_sheet(sheet, space)
    given = any(value is not None for value in options.given_rows().values())
    header = HtmlHeader(0, 1) if given else join_html_header(grid)
    first = next(iter(sheet.rows))
    filled = fill_down(sheet, header.row or (0 if first in grid.labelled else first))
    footer = [] if options.keep_all else _split_footer(grid)
    left_out = [] if options.keep_all else split_footer(sheet)
    named = header.row - 1 if header.row else None
    rows = dense_rows(sheet, space)
    raw = from_rows(content, rows, table, space, options, format_="html", named=named)
    count_levels(raw, header.levels)
    raw.rejected += [*rejected_notes(left_out), *footer]
    raw.notes += _notes(grid, filled)
    return raw


def _split_footer(grid: HtmlGrid) -> list[RejectedRecord]:
    """Remove the rows in `tfoot`, unless all are, and return them."""
    rows = grid.sheet.rows
    footer = [row for row in rows if row in grid.footer]
    if len(footer) == len(rows):
        return []
    texts = [" | ".join(rows.pop(row).values()) for row in footer]
    pairs = zip(footer, texts, strict=True)
    return [RejectedRecord(row, _FOOTER, text, is_note=True) for row, text in pairs]


def _notes(grid: HtmlGrid, filled: dict[int, int]) -> list[str]:
    """Return the notes on cells that were filled, and on rows that the page does not show."""
    notes = []
    if filled:
        cells = counted(sum(filled.values()), "cell")
        columns = ", ".join(map(str, sorted(filled)[:10]))
        where = f"column{'s' if len(filled) > 1 else ''} {columns}"
        notes.append(f"Filled {cells} below cells that span rows, in {where}.")
    if grid.sheet.hidden_rows:
        rows = counted(len(grid.sheet.hidden_rows), "hidden row")
        notes.append(f"{rows} read like the others.")
    return notes
