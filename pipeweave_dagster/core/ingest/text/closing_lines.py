"""Lines of one text below the rows, such as `End of report`, also in short and narrow tables."""

from dataclasses import replace

from pipeweave_dagster.core.ingest.base.raw_table import CELL_END, RejectedRecord
from pipeweave_dagster.core.ingest.text.check_widths import rejected_record
from pipeweave_dagster.core.ingest.text.records import Record
from pipeweave_dagster.core.model.closing_lines import RowsAbove, closing_notes, closing_start


def split_closing_lines(
    body: list[Record], width: int
) -> tuple[list[Record], list[RejectedRecord]]:
    """Return the records of a table, and the lines that close it as rejected records.

    Args:
        body: Records below the header.
        width: Number of columns.
    """
    start = closing_start([record.fields for record in body], width)
    rejected = (rejected_record(r, "a line below the table") for r in body[start:])
    return body[:start], [replace(r, is_note=True) for r in rejected]


def without_closing_lines(
    body: list[Record], width: int, above: RowsAbove | None = None
) -> tuple[list[Record], list[str]]:
    """Return the records of a batch without the lines that close it, and a note that names them.

    Args:
        body: The records, or the last ones of them.
        width: Number of columns.
        above: The rows above these records.
    """
    fields = [record.fields for record in body]
    start = closing_start(fields, width, padded=True, above=above or RowsAbove())
    lines = [(r.line, rejected_record(r, "").text.rstrip(CELL_END)) for r in body[start:]]
    return body[:start], closing_notes(lines)
