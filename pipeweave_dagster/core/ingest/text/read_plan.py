"""Decide how a text file is read, from its first records: encoding, dialect, layout."""

from dataclasses import dataclass
from pathlib import Path

from pipeweave_dagster.core.documents import Dialect, LeftOutLine, ReadSetting
from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.ingest.base.containers import Content
from pipeweave_dagster.core.ingest.base.counted import counted
from pipeweave_dagster.core.ingest.base.limits import MEGABYTE
from pipeweave_dagster.core.ingest.text.box_tables import unboxed
from pipeweave_dagster.core.ingest.text.detect_dialect import detect_dialect
from pipeweave_dagster.core.ingest.text.dialect_score import modal_width
from pipeweave_dagster.core.ingest.text.encodings import Utf8Text, to_utf8
from pipeweave_dagster.core.ingest.text.layout import Layout, detect_layout, doubt_of
from pipeweave_dagster.core.ingest.text.non_rows import TITLE, left_out_line
from pipeweave_dagster.core.ingest.text.records import Record, TextDialect, parse_records

HEAD_RECORDS = 400
_HEAD_BYTES = MEGABYTE // 2
_THOUSANDS = 3


@dataclass(frozen=True)
class ReadOptions:
    """What the caller knows of a file.

    Attributes:
        expected_names: Column names of the training table, which identify the header.
        keep_all: Whether no row may be dropped, as in a batch to predict.
        read: What the user sets of the file.
    """

    expected_names: tuple[str, ...] = ()
    keep_all: bool = False
    read: ReadSetting | None = None

    def given_rows(self) -> dict[str, int | None]:
        """Return the numbers of header rows and of lines above them, where they are set."""
        return {"header": self.read.header, "skip": self.read.skip} if self.read else {}


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
    """

    text: Utf8Text
    dialect: TextDialect
    layout: Layout
    head: list[Record]
    decimal: str | None = None

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
    text = unboxed(to_utf8(content.path, content.name, folder, read.encoding), folder)
    sample = _head(text.path)
    dialect = detect_dialect(_below(sample, read.skip or 0), read.delimiter)
    first = parse_records(sample, dialect, limit=HEAD_RECORDS)
    if not first:
        raise validation_error(
            f"{content.name!r} contains only blank lines.",
            fix="Upload a file that contains data.",
        )
    width = modal_width(first)[0]
    head = parse_records(sample, dialect, width, HEAD_RECORDS)
    layout = detect_layout(head, options.expected_names, **options.given_rows())
    return ReadPlan(text, dialect, layout, head, read.decimal)


def _below(sample: str, lines: int) -> str:
    """Return a sample without its first lines that are not blank; all of it if none is left."""
    rest = sample.split("\n")
    while lines and rest:
        lines -= bool(rest.pop(0).strip())
    return "\n".join(rest) if any(line.strip() for line in rest) else sample


def _head(path: Path) -> str:
    """Return the first lines of a file, complete ones only."""
    with path.open("rb") as file:
        data = file.read(_HEAD_BYTES)
        if file.read(1):
            end = data.rfind(b"\n")
            data = data[: end + 1] if end > 0 else data
    return data.decode("utf-8", errors="replace")


def locate_body(plan: ReadPlan) -> tuple[int, list[str], int]:
    """Return the line on which the body starts, the column names and their number."""
    names, width = column_headers(plan.layout, plan.head[plan.body_start :])
    first = plan.head[plan.body_start].line if plan.body_start < len(plan.head) else 1
    return first, names, width


def preamble_lines(plan: ReadPlan) -> list[LeftOutLine]:
    """Return the lines above the header that are read as titles."""
    return [left_out_line(record, TITLE) for record in plan.head[: plan.layout.preamble]]


def read_records(plan: ReadPlan) -> list[Record]:
    """Read every record of the file; blank lines are skipped."""
    text = plan.text.path.read_bytes().decode("utf-8", errors="replace")
    return parse_records(text, plan.dialect, plan.layout.width)


def column_headers(layout: Layout, body: list[Record]) -> tuple[list[str], int]:
    """Return a name for each column (blank where there is none), and the number of columns.

    The number of columns is that of the header or of the body, whichever is larger.
    """
    width = layout.width
    if layout.names is None:
        return [""] * width, width
    names = trim_header(layout.names, width)
    if len(names) == width - 1 and _has_row_names(body, width):
        return ["", *names], width
    width = max(width, len(names))
    return names + [""] * (width - len(names)), width


def _has_row_names(body: list[Record], width: int) -> bool:
    """Return whether a column without a name is the first: R writes no header for the row names.

    They are unique. It is the last one if it is blank, as below a delimiter at the end of every
    row, or has three digits only, the rest of numbers with unquoted thousands separators.
    """
    rows = [record.fields for record in body if len(record.fields) == width]
    last = [row[-1].strip() for row in rows]
    thousands = all(len(cell) == _THOUSANDS and cell.isdecimal() for cell in last)
    return any(last) and not thousands and _is_unique([row[0] for row in rows])


def trim_header(names: list[str], width: int) -> list[str]:
    """Return the header without the blank cells that make it wider than the body."""
    names = list(names)
    while len(names) > width and not names[-1].strip():
        names.pop()
    stripped = [n.strip() for n in names]
    if len(names) == width + 1 and "" in stripped:
        names.pop(stripped.index(""))
    return names


def _is_unique(values: list[str]) -> bool:
    return len(set(values)) == len(values)


def _doubt(plan: ReadPlan) -> str | None:
    """Return what is doubtful of a plan, with what decides it: other layouts, missing names."""
    names, width = column_headers(plan.layout, plan.head[plan.body_start :])
    body = [record.fields for record in plan.head[plan.body_start :]]
    last = [fields[-1] for fields in body if len(fields) == width]
    if plan.layout.names and not names[-1].strip() and any(value.strip() for value in last):
        return (
            f"In doubt: the header has {counted(len(plan.layout.names), 'name')} for {width} "
            "columns, as where numbers contain delimiters that are not quoted. If so, quote them."
        )
    return doubt_of(plan.layout)


def read_notes(content: Content, plan: ReadPlan) -> list[str]:
    """Return the notes on compression, encoding, preamble and header."""
    notes = [*content.notes, *plan.text.notes]
    layout = plan.layout
    if layout.names is None:
        notes.append("The file has no header; columns are named column_1, column_2 …")
    if layout.preamble:
        notes.append(f"Skipped {counted(layout.preamble, 'row')} above the header (preamble).")
    doubt = _doubt(plan)
    if doubt:
        notes.append(doubt)
    if layout.header > 1:
        notes.append(f"Joined {layout.header} header rows into one.")
    return notes


def _delimiter(dialect: TextDialect) -> str | None:
    if dialect.field_starts:
        starts = ", ".join(str(start + 1) for start in dialect.field_starts)
        return f"fixed width, fields begin at {starts}"
    return "blanks" if dialect.whitespace else dialect.delimiter


def dialect_document(content: Content, plan: ReadPlan) -> Dialect:
    """Return the plan as it is stored in the snapshot."""
    dialect = plan.dialect
    return Dialect(
        format="csv",
        container=content.container,
        encoding=plan.text.encoding,
        delimiter=_delimiter(dialect),
        quote=dialect.quote,
        escape=dialect.escape,
        header_rows=plan.layout.header,
        skipped_rows=plan.layout.preamble,
        line_end=plan.text.line_end,
        decimal=plan.decimal,
        doubt=_doubt(plan),
    )
