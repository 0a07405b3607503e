"""Tell a quoted field with line breaks from a stray quote that would swallow the rows below it."""

import re

from pipeweave_dagster.core.ingest.text.text_dialect import TextDialect

_COMMA = re.compile(r",(?! )")
_LONG_FIELD = 2000
"""Line breaks of a field from which on its lines are compared with rows in any table."""
_MOST_ROWS = 0.5


def spans_records(raw: str, fields: list[str], dialect: TextDialect, width: int | None) -> bool:
    """Return whether a quoted field spans lines that are records themselves: a stray quote.

    The line of the stray quote is a record, too; the first line of a field with line breaks rarely
    is. Not for commas in narrow tables, where a line of prose may look like a record.

    Args:
        raw: The record as it is written.
        fields: Its fields.
        dialect: The dialect.
        width: Number of columns, if it is known.
    """
    lines = raw.rstrip("\r\n").split("\n")
    if len(lines) > _LONG_FIELD and _are_mostly_rows(lines[1:-1], dialect, width or len(fields)):
        return True
    delimiter = dialect.delimiter
    if len(lines) < 2 or width is None or delimiter is None or dialect.whitespace:
        return False
    if width < 2 or (width < 4 and delimiter.strip() == ","):
        return False
    if (dialect.quote or '"') in lines[-1].split(delimiter)[0]:
        return False
    first = next((i for i, value in enumerate(fields) if "\n" in value), None)
    if first is None or first + _field_count(fields[first].split("\n")[0], delimiter) != width:
        return False
    return all(_field_count(line, delimiter) == width for line in lines[1:])


def _are_mostly_rows(lines: list[str], dialect: TextDialect, width: int) -> bool:
    """Return whether most lines that are not blank have as many fields as the table has columns."""
    filled = [line for line in lines if line.strip()]
    if dialect.delimiter is None or dialect.whitespace:
        return True
    rows = sum(_field_count(line, dialect.delimiter) == width for line in filled)
    return rows >= _MOST_ROWS * len(filled) > 0


def _field_count(line: str, delimiter: str) -> int:
    """Return the number of fields of a line without quotes; a comma before a space is prose."""
    return len(_COMMA.split(line) if delimiter == "," else line.split(delimiter))
