"""Lines of one text below the rows, such as `End of report`, also in short and narrow tables."""

from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.ingest.base.raw_table import RejectedRecord
from pipeweave_dagster.core.ingest.text.check_widths import is_blank, rejected_record
from pipeweave_dagster.core.ingest.text.records import Record
from pipeweave_dagster.core.ingest.types.value_kinds import TYPED, kind_of

_MAX_RECORDS, _MIN_ROWS, _MIN_WORDS = 20, 2, 3
_LISTED, _MOST_TEXT = 5, 60


def split_closing_lines(
    body: list[Record], width: int
) -> tuple[list[Record], list[RejectedRecord]]:
    """Split the lines that close a table, such as `End of report`, from its records.

    The rows above must be complete. A line closes the table if it has one field, which has no type
    where the first column has one, or more words than any value there.

    Args:
        body: Records below the header.
        width: Number of columns.

    Returns:
        The records above these lines, and the lines as rejected records.
    """
    start = len(body)
    while start > 0 and len(body) - start < _MAX_RECORDS and len(body[start - 1].fields) == 1:
        start -= 1
    above = [r.fields for r in body[:start] if not is_blank(r.fields)]
    short = any(len(fields) < width for fields in above)
    if width < 2 or start == len(body) or short or len(above) < _MIN_ROWS:
        return body, []
    first = [fields[0].strip() for fields in above]
    typed = all(kind_of(cell) in TYPED for cell in first)
    words = max(_MIN_WORDS, 1 + max(len(cell.split()) for cell in first))
    while start < len(body) and not _is_no_value(body[start].fields[0], typed=typed, words=words):
        start += 1
    return body[:start], [rejected_record(r, "a line below the table") for r in body[start:]]


def without_closing_lines(body: list[Record], width: int) -> tuple[list[Record], list[str]]:
    """Return the records of a batch without the lines that close it, and a note that names them."""
    rows, closing = split_closing_lines(body, width)
    if not closing:
        return body, []
    lines = [line for line in closing if line.text.strip()]
    listed = "; ".join(f"line {c.line}: {c.text[:_MOST_TEXT]!r}" for c in lines[:_LISTED])
    more = " …" if len(lines) > _LISTED else ""
    return rows, [f"Left out {counted(len(lines), 'line')} below the rows ({listed}{more})."]


def _is_no_value(text: str, *, typed: bool, words: int) -> bool:
    """Return whether a text has no type where values have one, or more words than any of them."""
    untyped = typed and kind_of(text.strip()) not in TYPED | {"empty"}
    return untyped or len(text.split()) >= words
