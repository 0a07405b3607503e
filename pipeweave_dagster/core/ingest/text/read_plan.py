"""Decide how a text file is read, from its first records: encoding, dialect, layout."""

from dataclasses import dataclass, replace
from pathlib import Path

from pipeweave_dagster.core.documents import LeftOutLine, OtherReading, ReadSetting
from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.ingest.base.containers import Content
from pipeweave_dagster.core.ingest.base.limits import MEGABYTE
from pipeweave_dagster.core.ingest.text.box_tables import DRAWN, unboxed
from pipeweave_dagster.core.ingest.text.column_headers import column_headers
from pipeweave_dagster.core.ingest.text.declared_delimiter import with_declared_delimiter
from pipeweave_dagster.core.ingest.text.declared_names import with_declared_names
from pipeweave_dagster.core.ingest.text.detect_dialect import choose_dialect
from pipeweave_dagster.core.ingest.text.dialect_score import modal_width
from pipeweave_dagster.core.ingest.text.encodings import Utf8Text, to_utf8
from pipeweave_dagster.core.ingest.text.layout import Layout, detect_layout
from pipeweave_dagster.core.ingest.text.marked_names import with_marked_names
from pipeweave_dagster.core.ingest.text.records import Record, TextDialect, parse_records
from pipeweave_dagster.core.ingest.text.stacked_tables import (
    dialect_of_blocks,
    end_of_first_table,
    lines_below,
)

HEAD_RECORDS = 400
_HEAD_BYTES = MEGABYTE // 2
_MOST_HEAD_BYTES = 4 * MEGABYTE


@dataclass(frozen=True)
class ReadOptions:
    """What the caller knows of a file.

    Attributes:
        expected_names: Column names of the training table, which identify the header.
        keep_all: Whether no row may be dropped, as in a batch to predict.
        read: What the user sets of the file.
        parts_of_one_table: Whether several files are parts of one table that a source wrote.
    """

    expected_names: tuple[str, ...] = ()
    keep_all: bool = False
    read: ReadSetting | None = None
    parts_of_one_table: bool = False

    def given_rows(self) -> dict[str, int | None]:
        """Return the numbers of header rows and of lines above them, where they are set."""
        return {"header": self.read.header, "skip": self.read.skip} if self.read else {}

    def end_of_table(self, records: list[Record]) -> int | None:
        """Return the number of records above a second table below the lines that are skipped."""
        skip = self.read.skip or 0 if self.read else 0
        end = end_of_first_table(records[skip:])
        return None if end is None else end + skip


DEFAULT_OPTIONS = ReadOptions()


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
    text = with_declared_names(text, folder)
    if read.delimiter is None:
        text = with_marked_names(text, folder, options.expected_names)
    text = unboxed(text, folder, first_only=not read.skip)
    sample = _head(text.path)
    dialect, end, other = _dialect(sample, options, text)
    first = parse_records(sample, dialect, limit=HEAD_RECORDS)[:end]
    if not first:
        raise validation_error(
            f"{content.name!r} contains only blank lines.",
            fix="Upload a file that contains data.",
        )
    width = modal_width(first)[0]
    head = parse_records(sample, dialect, width, HEAD_RECORDS)[:end]
    names = text.drawn.names if text.drawn else text.names
    ruled = next((i for i, record in enumerate(head) if record.line == names), None)
    layout = detect_layout(head, options.expected_names, ruled=ruled, **options.given_rows())
    return ReadPlan(text, dialect, layout, head, read.decimal, end, other=other)


def _dialect(
    sample: str, options: ReadOptions, text: Utf8Text
) -> tuple[TextDialect, int | None, OtherReading | None]:
    """Return the dialect, the number of records above a second table, and the other reading."""
    read = options.read or ReadSetting()
    # Comments above names that are declared say nothing of the delimiter.
    below = _below(sample, read.skip or 0, None if read.skip else text.names)
    dialect, other = DRAWN, None
    if text.drawn is None or read.delimiter is not None:
        dialect, other = choose_dialect(below, read.delimiter)
    dialects = [dialect]
    if dialect.delimiter is None and read.delimiter is None:
        dialects += [d for d in [dialect_of_blocks(below)] if d is not None]
    for candidate in () if options.keep_all else dialects:
        end = options.end_of_table(parse_records(sample, candidate, limit=HEAD_RECORDS))
        if end is not None:
            return candidate, end, other if candidate is dialect else None
    return dialect, None, other


def _below(sample: str, lines: int, names: int | None = None) -> str:
    """Return a sample from the line of the names, or without its first lines that are not blank.

    It is all of the sample if nothing is left.
    """
    rest = sample.split("\n")[(names or 1) - 1 :]
    while lines and rest:
        lines -= bool(rest.pop(0).strip())
    return "\n".join(rest) if any(line.strip() for line in rest) else sample


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
    if keep_all:
        return plan, records
    start = plan.layout.preamble
    end = plan.end or start + (end_of_first_table(records[start:]) or len(records))
    below = (*lines_below(records, end),) if end < len(records) else ()
    return replace(plan, end=end, below=below), records[:end]
