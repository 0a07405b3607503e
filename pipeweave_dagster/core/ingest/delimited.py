# ruff: noqa: S608 - names and texts in SQL go through `identifier` and `literal`
"""Read a delimited text file into a raw table: by DuckDB if it is large, leniently if small."""

from array import array
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

import pyarrow as pa

from pipeweave_dagster.core.documents import Dialect
from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.ingest import bulk
from pipeweave_dagster.core.ingest.containers import Content
from pipeweave_dagster.core.ingest.dialects import find_grammar, modal_width
from pipeweave_dagster.core.ingest.encodings import Text, to_utf8
from pipeweave_dagster.core.ingest.layout import Layout, find_layout
from pipeweave_dagster.core.ingest.limits import MEGABYTE
from pipeweave_dagster.core.ingest.raw_table import RawTable, Rejected
from pipeweave_dagster.core.ingest.records import Grammar, Record, parse
from pipeweave_dagster.core.ingest.workspace import Workspace

_HEAD_BYTES = MEGABYTE // 2
_HEAD_RECORDS = 400
_SMALL = 8 * MEGABYTE
_RARE = 0.05


@dataclass(frozen=True)
class Known:
    """What is known before reading: column names of the training table; whether rows may go."""

    names: tuple[str, ...] = ()
    keep_all: bool = False


NOTHING_KNOWN = Known()


@dataclass(frozen=True)
class Plan:
    """All that was decided before the bulk is read."""

    text: Text
    grammar: Grammar
    layout: Layout
    head: list[Record]


def plan(content: Content, folder: Path, names: tuple[str, ...] = ()) -> Plan:
    """Decide encoding, dialect and layout of a text file.

    Raises:
        PipeWeaveError: `VALIDATION_ERROR` when the file holds no text or no record.
    """
    text = to_utf8(content.path, content.name, folder)
    sample = _head(text.path)
    grammar, _ = find_grammar(sample)
    first = parse(sample, grammar, limit=_HEAD_RECORDS).records
    if not first:
        raise validation_error(
            f"{content.name!r} holds blank lines only.", fix="Upload a file that has data."
        )
    width = modal_width(first)[0]
    head = parse(sample, grammar, width, _HEAD_RECORDS).records
    return Plan(text, grammar, find_layout(head, names), head)


def _head(path: Path) -> str:
    with path.open("rb") as file:
        data = file.read(_HEAD_BYTES)
        if file.read(1):
            cut = data.rfind(b"\n")
            data = data[: cut + 1] if cut > 0 else data
    return data.decode("utf-8", errors="replace")


def read(content: Content, table: str, space: Workspace, known: Known = NOTHING_KNOWN) -> RawTable:
    """Read a text file into the table; every record ends in it or among the rejected."""
    decided = plan(content, space.folder, known.names)
    if decided.layout.width > space.limits.max_columns:
        raise validation_error(
            f"{content.name!r} seems to have {decided.layout.width:,} columns; the limit is "
            f"{space.limits.max_columns:,}.",
            fix="Check that it is a table with one record a line.",
        )
    size = decided.text.path.stat().st_size
    if size > _SMALL and bulk.can_read(decided.grammar) and not known.keep_all:
        raw = _read_bulk(content, table, space, decided, size)
        if raw is not None:
            return raw
    if size > space.limits.max_in_memory_bytes:
        return _read_blocks(content, table, space, decided, known.keep_all)
    body = all_records(decided)[decided.layout.preamble + decided.layout.header :]
    return _shape(content, table, space, decided, body, known.keep_all)


def _read_bulk(
    content: Content, table: str, space: Workspace, decided: Plan, size: int
) -> RawTable | None:
    """The table by DuckDB; None where the file is better read leniently as a whole."""
    first, names, width = body_of(decided)
    grammar, path = decided.grammar, decided.text.path
    found = bulk.read_bulk(path, grammar, width, first, table, space)
    if found is None:
        return None
    small = size <= space.limits.max_in_memory_bytes
    if len(found.broken) > _RARE * (found.rows + 1) or (found.broken and small):
        space.db.execute(f"DROP TABLE {table}")
        return None
    kept, rejected, notes = _fit(found.broken, width, keep_all=False, fill=False)
    if kept:
        _append(kept, width, table, space)
        notes.append("Repaired rows stand at the end of the table.")
    empty = " AND ".join(f"c{j} IS NULL" for j in range(width))
    gone = space.one(f"SELECT count(*) FROM {table} WHERE {empty}")[0]
    if gone:
        space.db.execute(f"DELETE FROM {table} WHERE {empty}")
        notes.append(f"{gone} rows without any value were left out.")
    broken = {r.line for r in found.broken}
    ends = [r.line for r in kept]

    def line_of(rows: list[int]) -> list[int]:
        inside = [r for r in rows if r < found.rows]
        lines = dict(zip(inside, bulk.lines_of(path, grammar, first, broken, inside), strict=True))
        return [lines[r] if r in lines else ends[r - found.rows] for r in rows]

    return RawTable(
        table=table,
        names=names,
        natives=["VARCHAR"] * width,
        dialect=dialect_of(content, decided),
        rows=found.rows - gone + len(kept),
        rejected=rejected,
        notes=[*content.notes, *decided.text.notes, *told(decided), *notes],
        line_of=line_of,
    )


def body_of(decided: Plan) -> tuple[int, list[str], int]:
    """The line on which the body begins, the header texts and the number of columns."""
    before = decided.layout.preamble + decided.layout.header
    names, width = _header(decided.layout, decided.head[before:])
    first = decided.head[before].line if before < len(decided.head) else 1
    return first, names, width


def _append(records: list[Record], width: int, table: str, space: Workspace) -> None:
    space.db.register("incoming", _arrow(records, width))
    space.db.execute(f"INSERT INTO {table} SELECT * FROM incoming")
    space.db.unregister("incoming")


def _read_blocks(
    content: Content, table: str, space: Workspace, decided: Plan, keep_all: bool
) -> RawTable:
    """A large file that DuckDB does not read, leniently, holding one block at a time."""
    before = decided.layout.preamble + decided.layout.header
    names, width = _header(decided.layout, decided.head[before:])
    columns = ", ".join(f"c{j} VARCHAR" for j in range(width))
    space.db.execute(f"CREATE TABLE {table} ({columns})")
    rejected: list[Rejected] = []
    notes: list[str] = []
    lines = array("q")
    for block in bulk.blocks(decided.text.path, decided.grammar, width):
        kept, refused, said = _fit(block[before:], width, keep_all, fill=None)
        before = 0
        if kept:
            _append(kept, width, table, space)
        lines.extend(r.line for r in kept)
        rejected += refused
        notes += said
    return RawTable(
        table=table,
        names=names,
        natives=["VARCHAR"] * width,
        dialect=dialect_of(content, decided),
        rows=len(lines),
        rejected=rejected,
        notes=[*content.notes, *decided.text.notes, *told(decided), *notes[:20]],
        line_of=lambda rows: [lines[r] for r in rows],
    )


def all_records(decided: Plan) -> list[Record]:
    """Every record of the file, blank lines left out."""
    text = decided.text.path.read_bytes().decode("utf-8", errors="replace")
    return parse(text, decided.grammar, decided.layout.width).records


def from_rows(
    content: Content,
    rows: list[list[str]],
    table: str,
    space: Workspace,
    known: Known = NOTHING_KNOWN,
) -> RawTable:
    """Lay out rows that are already split into cells, as those of a worksheet."""
    records = [
        Record(i + 1, _trim_end(row)) for i, row in enumerate(rows) if any(c.strip() for c in row)
    ]
    if not records:
        raise validation_error(f"{content.name!r} is empty.", fix="Upload a file that has data.")
    width = max(len(r.fields) for r in records)
    records = [Record(r.line, r.fields + [""] * (width - len(r.fields))) for r in records]
    layout = find_layout(records[:_HEAD_RECORDS], known.names)
    decided = Plan(Text(content.path, "", ""), Grammar(), layout, records[:_HEAD_RECORDS])
    raw = _shape(
        content, table, space, decided, records[layout.preamble + layout.header :], known.keep_all
    )
    raw.dialect = Dialect(
        format="excel",
        container=content.container,
        header_rows=layout.header,
        skipped_rows=layout.preamble,
    )
    return raw


def _trim_end(row: list[str]) -> list[str]:
    end = len(row)
    while end and not row[end - 1].strip():
        end -= 1
    return row[:end]


def _shape(
    content: Content,
    table: str,
    space: Workspace,
    decided: Plan,
    body: list[Record],
    keep_all: bool,
) -> RawTable:
    names, width = _header(decided.layout, body)
    kept, rejected, notes = _fit(body, width, keep_all)
    if not kept:
        raise validation_error(
            f"{content.name!r} has a header but no rows.",
            fix="Upload a file that has rows below its header.",
            columns=names,
        )
    space.db.register("incoming", _arrow(kept, width))
    space.db.execute(f"CREATE TABLE {table} AS SELECT * FROM incoming")
    space.db.unregister("incoming")
    lines = [r.line for r in kept]
    return RawTable(
        table=table,
        names=names,
        natives=["VARCHAR"] * width,
        dialect=dialect_of(content, decided),
        rows=len(kept),
        rejected=rejected,
        notes=[*content.notes, *decided.text.notes, *told(decided), *notes],
        line_of=lambda rows: [lines[r] for r in rows],
    )


def _arrow(records: list[Record], width: int) -> pa.Table:
    columns = zip_longest(*(r.fields for r in records), fillvalue=None)
    arrays = [pa.array(column, pa.string()) for column in columns]
    rows = len(records)
    arrays += [pa.nulls(rows, pa.string())] * (width - len(arrays))
    return pa.table(arrays[:width], names=[f"c{j}" for j in range(width)])


def _header(layout: Layout, body: list[Record]) -> tuple[list[str], int]:
    """Names for all columns, and how many there are, where header and body disagree on it."""
    width = layout.width
    if layout.names is None:
        return [""] * width, width
    names = without_blanks(layout.names, width)
    if len(names) == width - 1 and _is_index([r.fields[0] for r in body if r.fields]):
        # R writes a header without a name for the row names.
        return ["", *names], width
    width = max(width, len(names))
    return names + [""] * (width - len(names)), width


def without_blanks(names: list[str], width: int) -> list[str]:
    """Header cells without the empty ones that make the header wider than the body."""
    names = list(names)
    while len(names) > width and not names[-1].strip():
        names.pop()
    stripped = [n.strip() for n in names]
    if len(names) == width + 1 and "" in stripped:
        names.pop(stripped.index(""))
    return names


def _is_index(values: list[str]) -> bool:
    return len(set(values)) == len(values)


def is_blank(fields: list[str]) -> bool:
    """Whether cells hold nothing, or nothing but left-over separators."""
    return not any(f.strip(" \t\u00a0,;|") for f in fields)


def _fit(
    body: list[Record], width: int, keep_all: bool, fill: bool | None = None
) -> tuple[list[Record], list[Rejected], list[str]]:
    """Records of the right width; short ones are filled up only where that is usual (`fill`)."""
    kept: list[Record] = []
    rejected: list[Rejected] = []
    empty, repaired = 0, []
    short = sum(len(r.fields) < width for r in body if not is_blank(r.fields))
    if fill is None:
        fill = short > _RARE * max(1, len(body))
    for record in body:
        fields = record.fields
        if keep_all:
            kept.append(record)
        elif is_blank(fields):
            empty += 1
        elif (len(fields) > width and not is_blank(fields[width:])) or (
            len(fields) < width and not fill
        ):
            rejected.append(_reject(record, f"{len(fields)} fields instead of {width}"))
        else:
            kept.append(record)
            if record.odd:
                repaired.append(record)
    return kept, rejected, _fit_notes(empty, short if fill else 0, repaired)


def _reject(record: Record, reason: str) -> Rejected:
    return Rejected(record.line, reason, "\x1f".join(record.fields)[:10_000])


def _fit_notes(empty: int, filled: int, repaired: list[Record]) -> list[str]:
    notes = []
    if empty:
        notes.append(f"{empty} rows without any value were left out.")
    if filled:
        notes.append(f"{filled} rows were shorter than the others; their last columns are missing.")
    if repaired:
        lines = ", ".join(str(r.line) for r in repaired[:10])
        kinds = sorted({r.odd for r in repaired if r.odd})
        notes.append(f"{len(repaired)} rows were repaired ({', '.join(kinds)}): lines {lines}.")
    return notes


def told(decided: Plan) -> list[str]:
    """Notes on header and titles."""
    notes = []
    layout = decided.layout
    if layout.names is None:
        notes.append("The file has no header; columns are called column_1, column_2 …")
    if layout.preamble:
        notes.append(f"{layout.preamble} rows above the header were left out (title or comment).")
    if layout.header > 1:
        notes.append(f"{layout.header} header rows were joined to one.")
    return notes


def _delimiter(grammar: Grammar) -> str | None:
    if grammar.cuts:
        return f"fixed width, fields begin at {', '.join(str(c + 1) for c in grammar.cuts)}"
    return "blanks" if grammar.blanks else grammar.separator


def dialect_of(content: Content, decided: Plan) -> Dialect:
    """The decisions as they stand in the snapshot."""
    grammar = decided.grammar
    return Dialect(
        format="csv",
        container=content.container,
        encoding=decided.text.encoding,
        delimiter=_delimiter(grammar),
        quote=grammar.quote,
        escape=grammar.escape,
        header_rows=decided.layout.header,
        skipped_rows=decided.layout.preamble,
        line_end=decided.text.line_end,
    )
