"""Parse text into records: strictly by the dialect, leniently where a line breaks it.

The strict grammar is RFC 4180 with any delimiter, quote and escape. A line that breaks it (a stray
quote, another delimiter) is parsed again on its own, in every way in which its quotes can be meant,
and the result with the expected number of fields is used. So one bad row never swallows the next.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from pipeweave_dagster.core.ingest.text.field_positions import placed_fields
from pipeweave_dagster.core.ingest.text.line_marks import is_comment, is_row_count
from pipeweave_dagster.core.ingest.text.repair_record import (
    BLANK_CELLS,
    OTHER_DELIMITER,
    readings_allowed,
    split_by_other_delimiter,
    split_leniently,
)
from pipeweave_dagster.core.ingest.text.split_record import split_plain, split_quoted
from pipeweave_dagster.core.ingest.text.stray_quotes import spans_records
from pipeweave_dagster.core.ingest.text.text_dialect import TextDialect

__all__ = ["Record", "TextDialect", "filled_cells", "parse_records"]


@dataclass(frozen=True, slots=True)
class Record:
    """Fields of one record, the line on which it starts (from 1), and how it was repaired."""

    line: int
    fields: list[str]
    repair: str | None = None


def filled_cells(row: list[str]) -> int:
    """Return the number of cells that are not blank."""
    return sum(bool(cell.strip()) for cell in row)


def parse_records(
    text: str, dialect: TextDialect, width: int | None = None, limit: int | None = None
) -> list[Record]:
    """Parse a text into records; blank lines are skipped.

    Args:
        text: Text with LF or CRLF line ends.
        dialect: Delimiter, quote and escape.
        width: Expected number of fields, used to repair malformed lines.
        limit: Maximum number of records.

    Example:
        >>> [r.fields for r in parse_records('a,"b, c"', TextDialect())]
        [['a', 'b, c']]
    """
    return list(islice(_records(text, dialect, width), limit))


def _records(text: str, dialect: TextDialect, width: int | None) -> Iterator[Record]:
    position, line, end = 0, 1, len(text)
    malformed = 0
    while position < end:
        stop = text.find("\n", position)
        stop = end if stop < 0 else stop
        raw = text[position:stop].removesuffix("\r")
        if not raw.strip(" ") and (dialect.delimiter != " " or not raw):
            position, line = stop + 1, line + 1
            continue
        if dialect.quote is not None and dialect.quote in raw:
            fields, after = split_quoted(text, position, dialect)
            if fields is not None and not spans_records(
                text[position:after], fields, dialect, width
            ):
                one_line = after <= stop + 1
                yield (
                    _checked(line, raw, fields, dialect, width)
                    if one_line
                    else Record(line, fields)
                )
                line += text.count("\n", position, after)
                position = after
                continue
            effort = readings_allowed(malformed)
            yield Record(line, *split_leniently(raw, dialect, width, effort))
            malformed += 1
        else:
            yield _checked(line, raw, split_plain(raw, dialect), dialect, width)
        position, line = stop + 1, line + 1


def _checked(
    line: int, raw: str, fields: list[str], dialect: TextDialect, width: int | None
) -> Record:
    """Return the record of a line, by places if cells are blank, or by another delimiter."""
    if len(fields) == 1 and (is_comment(raw) or is_row_count(raw)):
        return Record(line, fields)
    if 0 < len(fields) < len(dialect.spans):
        placed = placed_fields(raw, fields, dialect)
        return Record(line, placed or fields, BLANK_CELLS if placed else None)
    other = split_by_other_delimiter(raw, fields, dialect, width)
    return Record(line, other or fields, OTHER_DELIMITER if other else None)
