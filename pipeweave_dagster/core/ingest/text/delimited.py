# ruff: noqa: S608 - names and texts in SQL go through `identifier` and `literal`
"""Read a delimited text file into a raw table: by DuckDB if it is large, leniently if small."""

from array import array
from itertools import zip_longest

import pyarrow as pa

from pipeweave_dagster.core.documents import Dialect
from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.ingest.base.containers import Content
from pipeweave_dagster.core.ingest.base.limits import MEGABYTE
from pipeweave_dagster.core.ingest.base.raw_table import RawTable, Rejected
from pipeweave_dagster.core.ingest.base.workspace import Workspace
from pipeweave_dagster.core.ingest.text import bulk_load
from pipeweave_dagster.core.ingest.text.encodings import Text
from pipeweave_dagster.core.ingest.text.footers import without_what_is_below
from pipeweave_dagster.core.ingest.text.layout import find_layout
from pipeweave_dagster.core.ingest.text.read_plan import (
    HEAD_RECORDS,
    NOTHING_KNOWN,
    Known,
    Plan,
    all_records,
    body_of,
    dialect_of,
    header_of,
    plan,
    told,
)
from pipeweave_dagster.core.ingest.text.record_widths import RARE, fit
from pipeweave_dagster.core.ingest.text.records import Grammar, Record

_SMALL = 8 * MEGABYTE


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
    if size > _SMALL and bulk_load.can_read(decided.grammar) and not known.keep_all:
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
    found = bulk_load.read_bulk(path, grammar, width, first, table, space)
    if found is None:
        return None
    small = size <= space.limits.max_in_memory_bytes
    if len(found.broken) > RARE * (found.rows + 1) or (found.broken and small):
        space.db.execute(f"DROP TABLE {table}")
        return None
    kept, rejected, notes = fit(found.broken, width, keep_all=False, fill=False)
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
        lines = dict(
            zip(inside, bulk_load.lines_of(path, grammar, first, broken, inside), strict=True)
        )
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


def _append(records: list[Record], width: int, table: str, space: Workspace) -> None:
    space.db.register("incoming", _arrow(records, width))
    space.db.execute(f"INSERT INTO {table} SELECT * FROM incoming")
    space.db.unregister("incoming")


def _read_blocks(
    content: Content, table: str, space: Workspace, decided: Plan, keep_all: bool
) -> RawTable:
    """A large file that DuckDB does not read, leniently, holding one block at a time."""
    before = decided.layout.preamble + decided.layout.header
    names, width = header_of(decided.layout, decided.head[before:])
    columns = ", ".join(f"c{j} VARCHAR" for j in range(width))
    space.db.execute(f"CREATE TABLE {table} ({columns})")
    rejected: list[Rejected] = []
    notes: list[str] = []
    lines = array("q")
    for block in bulk_load.blocks(decided.text.path, decided.grammar, width):
        kept, refused, said = fit(block[before:], width, keep_all, fill=None)
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
    layout = find_layout(records[:HEAD_RECORDS], known.names)
    decided = Plan(Text(content.path, "", ""), Grammar(), layout, records[:HEAD_RECORDS])
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
    names, width = header_of(decided.layout, body)
    kept, rejected, notes = fit(body, width, keep_all)
    if kept and not keep_all:
        kept, below = without_what_is_below(kept, body, width)
        rejected += below
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
