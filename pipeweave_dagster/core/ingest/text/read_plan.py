"""Decide how a text file is read, from its first records: encoding, dialect, layout."""

from dataclasses import dataclass, replace
from pathlib import Path

from pipeweave_dagster.core.documents import LeftOutLine, OtherReading, ReadSetting
from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.ingest.base.containers import Content
from pipeweave_dagster.core.ingest.base.limits import MEGABYTE
from pipeweave_dagster.core.ingest.text.block_fields import with_block_fields
from pipeweave_dagster.core.ingest.text.box_tables import unboxed
from pipeweave_dagster.core.ingest.text.column_headers import column_headers
from pipeweave_dagster.core.ingest.text.declared_delimiter import with_declared_delimiter
from pipeweave_dagster.core.ingest.text.declared_names import with_declared_names
from pipeweave_dagster.core.ingest.text.dialect_score import modal_width
from pipeweave_dagster.core.ingest.text.encodings import Utf8Text, to_utf8
from pipeweave_dagster.core.ingest.text.field_positions import with_positions
from pipeweave_dagster.core.ingest.text.file_dialect import HEAD_RECORDS, choose_for_file
from pipeweave_dagster.core.ingest.text.layout import Layout, detect_layout
from pipeweave_dagster.core.ingest.text.log_lines import with_log_fields
from pipeweave_dagster.core.ingest.text.marked_names import with_marked_names
from pipeweave_dagster.core.ingest.text.metric_lines import with_metrics
from pipeweave_dagster.core.ingest.text.plain_rules import without_plain_rules
from pipeweave_dagster.core.ingest.text.read_options import DEFAULT_OPTIONS, ReadOptions
from pipeweave_dagster.core.ingest.text.records import Record, TextDialect, parse_records
from pipeweave_dagster.core.ingest.text.sparse_lines import with_sparse_features
from pipeweave_dagster.core.ingest.text.stacked_tables import end_of_first_table, lines_below
from pipeweave_dagster.core.ingest.text.track_lines import without_track_lines

_HEAD_BYTES = MEGABYTE // 2
_MOST_HEAD_BYTES = 4 * MEGABYTE


@dataclass(frozen=True)
class ReadPlan:
    """How a text file is read.

    Attributes:
        text: The file as UTF-8.
        dialect: Delimiter, quote and escape.
        layout: Preamble, header and width.
        head: The first records.
        decimal: The decimal mark that the user sets.
        end: Number of records above a second table, None without one.
        below: The tables and lines below the first table.
        other: The best reading with another delimiter.
    """

    text: Utf8Text
    dialect: TextDialect
    layout: Layout
    head: list[Record]
    decimal: str | None = None
    end: int | None = None
    below: tuple[LeftOutLine, ...] = ()
    other: OtherReading | None = None

    @property
    def body_start(self) -> int:
        """Index of the first record of the body."""
        return self.layout.preamble + self.layout.header


def plan_read(content: Content, folder: Path, options: ReadOptions = DEFAULT_OPTIONS) -> ReadPlan:
    """Decide encoding, dialect and layout of a text file.

    Args:
        content: The file.
        folder: Scratch folder for its UTF-8 copy.
        options: What the caller knows of the file.

    Raises:
        PipeWeaveError: `VALIDATION_ERROR` if the file is not text or has no record.
    """
    read = options.read or ReadSetting()
    text = to_utf8(content.path, content.name, folder, read.encoding)
    if read.skip is None:  # else the user has counted the line
        text, declared = with_declared_delimiter(text, folder)
        if declared is not None and read.delimiter is None:
            read = read.model_copy(update={"delimiter": declared})
            options = replace(options, read=read)
    if read.delimiter is None and read.skip is None and read.header is None:
        text = _with_fields(text, folder, options.table)
    text = text if text.fields else _with_plain_rows(text, folder, options, read)
    sample = _head(text.path)
    chosen = choose_for_file(sample, options, text)
    dialect, end, other = chosen.dialect, chosen.end, chosen.other
    first = parse_records(sample, dialect, limit=HEAD_RECORDS)[:end]
    if not first:
        raise validation_error(
            f"{content.name!r} contains only blank lines.",
            fix="Upload a file that contains data.",
        )
    width = chosen.width or modal_width(first)[0]
    dialect = with_positions(dialect, text.path, width)
    head = parse_records(sample, dialect, width, HEAD_RECORDS)[:end]
    if text.fields:
        return ReadPlan(text, dialect, Layout(0, 0, len(text.fields), [*text.fields]), head)
    names = text.drawn.names if text.drawn else text.names
    ruled = next((i for i, record in enumerate(head) if record.line == names), None)
    layout = detect_layout(
        head, options.expected_names, ruled=ruled, width=chosen.width, **options.given_rows()
    )
    return ReadPlan(text, dialect, layout, head, read.decimal, end, other=other)


def _with_fields(text: Utf8Text, folder: Path, known: tuple[str, ...]) -> Utf8Text:
    """Return the text with fields that its format defines, and no delimiter, if it is such."""
    text = with_block_fields(text, folder, known)
    text = text if text.fields else with_metrics(text, folder)
    text = text if text.fields else with_sparse_features(text, folder, known)
    return text if text.fields else with_log_fields(text, folder, known)


def _with_plain_rows(
    text: Utf8Text, folder: Path, options: ReadOptions, read: ReadSetting
) -> Utf8Text:
    """Return the text without what programs write around names and rows."""
    text = without_track_lines(with_declared_names(text, folder), folder)
    if read.delimiter is None:
        text = with_marked_names(text, folder, options.expected_names)
    return without_plain_rules(unboxed(text, folder, first_only=not read.skip), folder)


def _head(path: Path) -> str:
    """Return the first lines of a file: complete ones, with their quoted fields where possible."""
    with path.open("rb") as file:
        data = file.read(_HEAD_BYTES)
        more = file.read(_MOST_HEAD_BYTES - _HEAD_BYTES)
    if more:
        end = data.rfind(b"\n")
        size = end + 1 if end > 0 else len(data)
        data = (data + more)[: _end_of_quotes(data + more, size) or size]
    return _decoded(data)


def _end_of_quotes(data: bytes, size: int) -> int | None:
    """Return where the first line ends, from `size` bytes on, with all quotes closed."""
    is_open = data.count(b'"', 0, size) % 2 == 1
    while is_open:
        quote = data.find(b'"', size)
        if quote < 0:
            return None
        line_end = data.find(b"\n", quote)
        size = line_end + 1 if line_end >= 0 else len(data)
        is_open = data.count(b'"', quote, size) % 2 == 0
    return size


def _decoded(data: bytes) -> str:
    """Return the text without the marks of byte order of files that were appended to another."""
    return data.decode("utf-8", errors="replace").replace("\n\ufeff", "\n")


def locate_body(plan: ReadPlan) -> tuple[int, list[str], int]:
    """Return the line on which the body starts, the column names and their number."""
    names, width = column_headers(plan.layout, plan.head[plan.body_start :])
    first = plan.head[plan.body_start].line if plan.body_start < len(plan.head) else 1
    return first, names, width


def read_records(plan: ReadPlan, *, keep_all: bool = False) -> tuple[ReadPlan, list[Record]]:
    """Read every record of the first table; blank lines are skipped.

    Args:
        plan: How the file is read.
        keep_all: Whether further tables are rows, too.

    Returns:
        The plan with what is below the first table, and the records.
    """
    text = _decoded(plan.text.path.read_bytes())
    records = parse_records(text, plan.dialect, plan.layout.width)
    if keep_all or plan.text.fields:
        return plan, records
    start = plan.layout.preamble
    end = plan.end or start + (end_of_first_table(records[start:]) or len(records))
    below = (*lines_below(records, end),) if end < len(records) else ()
    return replace(plan, end=end, below=below), records[:end]
