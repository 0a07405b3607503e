"""Lines inside a table that are no rows: repeated headers, comments, row counts of a program."""

import re

from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.documents import LeftOutLine
from pipeweave_dagster.core.ingest.base.note_words import is_page_number
from pipeweave_dagster.core.ingest.text.line_marks import is_comment, is_row_count
from pipeweave_dagster.core.ingest.text.records import Record, filled_cells
from pipeweave_dagster.core.ingest.text.repair_record import OTHER_DELIMITER

_LISTED = 10
_MOST_TEXT = 200
_LEAST_WIDTH, _ROWS_PER_PAGE = 2, 3
REPEATED_HEADER, COMMENT, ROW_COUNT, TITLE = "repeated header", "comment", "row count", "title"
LOGGER_TITLE = "title of a logger"
ANNOTATION = "units or descriptions"
PAGE = "page number"
CONFLICT = "merge conflict"
ANOTHER_TABLE, BELOW_TABLE = "another table", "line below the table"
_CONFLICT = re.compile(r"<{7}( .*)?|[|]{7}( .*)?|={7}|>{7}( .*)?")
_WORDS = {
    CONFLICT: "marker of a merge conflict",
    ANNOTATION: "line with units, types or descriptions below the names",
    REPEATED_HEADER: "row that repeats the header",
    COMMENT: "comment line",
    ROW_COUNT: "line with a count of rows",
    PAGE: "line with the number of a page",
    ANOTHER_TABLE: "table below the first one",
    BELOW_TABLE: "line below the table",
}
_PLURALS = {
    CONFLICT: "markers of a merge conflict, whose sides are both read",
    ANNOTATION: "lines with units, types or descriptions below the names",
    REPEATED_HEADER: "rows that repeat the header",
    COMMENT: "comment lines",
    ROW_COUNT: "lines with counts of rows",
    PAGE: "lines with the numbers of pages",
    ANOTHER_TABLE: "tables below the first one",
    BELOW_TABLE: "lines below the table",
}


def split_non_rows(
    body: list[Record], names: list[str], width: int
) -> tuple[list[Record], list[LeftOutLine]]:
    """Return the records that may be rows, and the lines that are none.

    A header is repeated where files with headers were joined; a comment is one field that begins
    with `#`, `//` or `-- ` where rows have several; a database client writes `(40 rows)` below, a
    report `Page 2 of 4` between.

    Args:
        body: Records below the header.
        names: Texts of the header, blank where there are none.
        width: Number of columns.
    """
    header = [name.strip() for name in names]
    has_header = sum(map(bool, header)) > 1
    rows: list[Record] = []
    left_out: list[LeftOutLine] = []
    pages = _page_lines(body, width)
    for record in body:
        kind = (
            PAGE if record.line in pages else _kind(record, header if has_header else None, width)
        )
        if kind is None:
            rows.append(record)
        else:
            left_out.append(left_out_line(record, kind))
    return rows, left_out


def _kind(record: Record, header: list[str] | None, width: int) -> str | None:
    if header is not None and _repeats(record, header):
        return REPEATED_HEADER
    if width > 1 and len(record.fields) == 1:
        text = record.fields[0].strip()
        if _CONFLICT.fullmatch(text):
            return CONFLICT
        if is_comment(text):
            return COMMENT
        if is_row_count(text):
            return ROW_COUNT
    return None


def _page_lines(body: list[Record], width: int) -> set[int]:
    """Return the few lines between rows that hold the number of a page and nothing else."""
    if width < _LEAST_WIDTH:
        return set()
    found = [r for r in body if filled_cells(r.fields) == 1 and is_page_number("".join(r.fields))]
    rows = [r.line for r in body if filled_cells(r.fields) > 1]
    between = bool(found and rows) and found[0].line < rows[-1]
    return (
        {r.line for r in found} if between and _ROWS_PER_PAGE * len(found) <= len(rows) else set()
    )


def _repeats(record: Record, header: list[str]) -> bool:
    """Return whether a record has the names of the header, or all but a few at its end."""
    names = [field.strip() for field in record.fields]
    few = len(names) < 2 or 2 * len(names) <= len(header)
    return not few and names == header[: len(names)]


def left_out_line(record: Record, kind: str) -> LeftOutLine:
    """Return a record as a line that is left out; one without the file's delimiter is one text."""
    one_text = record.repair == OTHER_DELIMITER and kind == TITLE
    fields = [" ".join(record.fields)] if one_text else record.fields
    text = re.sub(r"[ |]+$", "", " | ".join(fields))[:_MOST_TEXT]
    filled = sum(bool(field.strip()) for field in fields)
    return LeftOutLine(line=record.line, kind=kind, text=text, fields=filled)


def non_row_notes(lines: list[LeftOutLine]) -> list[str]:
    """Return a note per kind of line that was left out, with the first lines."""
    notes = []
    for kind, word in _WORDS.items():
        found = [line.line for line in lines if line.kind == kind]
        if found:
            listed = ", ".join(map(str, found[:_LISTED])) + (" …" if len(found) > _LISTED else "")
            count = (
                counted(len(found), word) if len(found) == 1 else f"{len(found)} {_PLURALS[kind]}"
            )
            notes.append(f"Left out {count}: line {listed}.")
    return notes
