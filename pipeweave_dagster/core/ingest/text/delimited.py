# ruff: noqa: S608 - names and texts in SQL go through `identifier` and `literal`
"""Read delimited text into a raw table: with DuckDB if it is large, leniently if it is small."""

from array import array
from itertools import chain
from typing import Literal

from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.documents import Dialect
from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.ingest.base.containers import Content
from pipeweave_dagster.core.ingest.base.limits import MEGABYTE
from pipeweave_dagster.core.ingest.base.raw_table import RawTable, RejectedRecord
from pipeweave_dagster.core.ingest.base.sql_quoting import literal
from pipeweave_dagster.core.ingest.base.workspace import Workspace
from pipeweave_dagster.core.ingest.text import bulk_load
from pipeweave_dagster.core.ingest.text.batch_end import BatchEnd, may_close
from pipeweave_dagster.core.ingest.text.check_widths import RARE, check_widths
from pipeweave_dagster.core.ingest.text.column_headers import column_headers
from pipeweave_dagster.core.ingest.text.encodings import Utf8Text
from pipeweave_dagster.core.ingest.text.file_dialect import HEAD_RECORDS
from pipeweave_dagster.core.ingest.text.layout import detect_layout
from pipeweave_dagster.core.ingest.text.non_rows import non_row_notes, split_non_rows
from pipeweave_dagster.core.ingest.text.plan_description import (
    dialect_document,
    preamble_lines,
    read_notes,
)
from pipeweave_dagster.core.ingest.text.read_options import DEFAULT_OPTIONS, ReadOptions
from pipeweave_dagster.core.ingest.text.read_plan import (
    ReadPlan,
    locate_body,
    plan_read,
    read_records,
)
from pipeweave_dagster.core.ingest.text.records import Record, TextDialect
from pipeweave_dagster.core.ingest.text.records_table import append_records, build_table
from pipeweave_dagster.core.ingest.text.stacked_tables import lines_below

_SMALL = 8 * MEGABYTE
_MAX_NOTES = 20


def read(
    content: Content,
    table: str,
    space: Workspace,
    options: ReadOptions = DEFAULT_OPTIONS,
    plan: ReadPlan | None = None,
) -> RawTable:
    """Read a text file into a table; every record is in it, rejected, or counted in a note.

    Args:
        content: The file.
        table: Name of the table to create.
        space: DuckDB workspace.
        options: What the caller knows of the file.
        plan: How the file is read, if that is decided already.

    Raises:
        PipeWeaveError: `VALIDATION_ERROR` for a file without rows or with too many columns.
    """
    plan = plan or plan_read(content, space.folder, options)
    if plan.layout.width > space.limits.max_columns:
        raise validation_error(
            f"{content.name!r} seems to have {plan.layout.width:,} columns; the limit is "
            f"{space.limits.max_columns:,}.",
            fix="Check that the file is a table with one record per line.",
        )
    size = plan.text.path.stat().st_size
    single = plan.end is None
    if size > _SMALL and single and bulk_load.supports(plan.dialect) and not options.keep_all:
        raw = _read_bulk(content, table, space, plan, size)
        if raw is not None:
            return raw
    if size > space.limits.max_in_memory_bytes:
        return _read_blocks(content, table, space, plan, options.keep_all)
    plan, records = read_records(plan, keep_all=options.keep_all)
    body = records[plan.body_start :]
    return build_table(content, table, space, plan, body, options.keep_all)


def _read_bulk(
    content: Content, table: str, space: Workspace, plan: ReadPlan, size: int
) -> RawTable | None:
    """Read a file with DuckDB; None if it is better read leniently as a whole."""
    first_line, names, width = locate_body(plan)
    dialect, path = plan.dialect, plan.text.path
    result = bulk_load.read_bulk(path, dialect, width, first_line, table, space)
    if result is None:
        return None
    fits_in_memory = size <= space.limits.max_in_memory_bytes
    if len(result.malformed) > RARE * (result.rows + 1) or (result.malformed and fits_in_memory):
        space.db.execute(f"DROP TABLE {table}")
        return None
    unusual, left_out = split_non_rows(result.malformed, names, width)
    kept, rejected, notes = check_widths(unusual, width, keep_all=False, pad=False)
    if kept:
        append_records(kept, width, table, space)
        notes.append("Repaired rows are at the end of the table.")
    repeats = _delete_repeated_headers(table, names, space)
    if repeats:
        notes.append(f"Left out {counted(repeats, 'row')} with the names of the header.")
    empty = _delete_empty_rows(table, width, space)
    if empty:
        notes.append(f"Skipped {counted(empty, 'empty row')}.")
    left_out = [*preamble_lines(plan), *left_out]
    malformed = {r.line for r in result.malformed}

    def line_numbers_of(rows: list[int]) -> list[int]:
        loaded = [r for r in rows if r < result.rows]
        numbers = bulk_load.line_numbers(path, dialect, first_line, malformed, loaded)
        lines = dict(zip(loaded, numbers, strict=True))
        return [lines[r] if r in lines else kept[r - result.rows].line for r in rows]

    return RawTable(
        table=table,
        names=names,
        sql_types=["VARCHAR"] * width,
        dialect=dialect_document(content, plan),
        rows=result.rows - empty - repeats + len(kept),
        rejected=rejected,
        left_out=left_out,
        notes=[*read_notes(content, plan), *non_row_notes(left_out), *notes],
        line_numbers_of=line_numbers_of,
    )


def _delete_repeated_headers(table: str, names: list[str], space: Workspace) -> int:
    """Delete the rows that repeat the header, and return their number."""
    if sum(bool(name.strip()) for name in names) < 2:
        return 0
    condition = " AND ".join(
        f"coalesce(trim(c{j}), '') = {literal(name.strip())}" for j, name in enumerate(names)
    )
    count = int(space.query_row(f"SELECT count(*) FROM {table} WHERE {condition}")[0])
    if count:
        space.db.execute(f"DELETE FROM {table} WHERE {condition}")
    return count


def _delete_empty_rows(table: str, width: int, space: Workspace) -> int:
    condition = " AND ".join(f"c{j} IS NULL" for j in range(width))
    count = int(space.query_row(f"SELECT count(*) FROM {table} WHERE {condition}")[0])
    if count:
        space.db.execute(f"DELETE FROM {table} WHERE {condition}")
    return count


def _read_blocks(
    content: Content, table: str, space: Workspace, plan: ReadPlan, keep_all: bool
) -> RawTable:
    """Read a large file that DuckDB does not support, leniently, one block in memory at a time."""
    skip = plan.body_start
    names, width = column_headers(plan.layout, plan.head[skip:])
    columns = ", ".join(f"c{j} VARCHAR" for j in range(width))
    space.db.execute(f"CREATE TABLE {table} ({columns})")
    rejected: list[RejectedRecord] = []
    notes: list[str] = []
    left_out = preamble_lines(plan)
    lines = array("q")
    end = BatchEnd(width)
    blocks = bulk_load.parse_blocks(plan.text.path, plan.dialect, width)
    first = next(blocks, [])[skip:]
    blocks = chain([first], blocks)
    if keep_all and may_close(plan.text.path, plan.dialect):
        blocks = end.rows(blocks)
    for block in blocks:
        rows = block
        if not keep_all:
            rows, non_rows = split_non_rows(rows, names, width)
            left_out += non_rows
        kept, block_rejected, block_notes = check_widths(rows, width, keep_all)
        if kept:
            append_records(kept, width, table, space)
        lines.extend(r.line for r in kept)
        rejected += block_rejected
        notes += block_notes
    return RawTable(
        table=table,
        names=names,
        sql_types=["VARCHAR"] * width,
        dialect=dialect_document(content, plan),
        rows=len(lines),
        rejected=rejected,
        left_out=left_out,
        notes=[
            *read_notes(content, plan),
            *non_row_notes(left_out),
            *end.notes,
            *notes[:_MAX_NOTES],
        ],
        line_numbers_of=lambda rows: [lines[r] for r in rows],
    )


def from_rows(
    content: Content,
    rows: list[list[str]],
    table: str,
    space: Workspace,
    options: ReadOptions = DEFAULT_OPTIONS,
    *,
    format_: Literal["excel", "html"] = "excel",
    named: int | None = None,
) -> RawTable:
    """Build a raw table from rows that are already split into cells, as in a worksheet.

    Args:
        content: The file.
        rows: Its rows, the blank ones as well.
        table: Name of the table to create.
        space: DuckDB workspace.
        options: What the caller knows of the file.
        format_: Its format.
        named: The row (from 0) that the file declares to name the columns.
    """
    records = [
        Record(i + 1, _trim_end(row)) for i, row in enumerate(rows) if any(c.strip() for c in row)
    ]
    if not records:
        raise validation_error(
            f"{content.name!r} is empty.", fix="Upload a file that contains data."
        )
    width = max(len(r.fields) for r in records)
    records = [Record(r.line, r.fields + [""] * (width - len(r.fields))) for r in records]
    end = None if options.keep_all else options.end_of_table(records)
    below = (*lines_below(records, end),) if end else ()
    records = records[:end]
    head = records[:HEAD_RECORDS]
    ruled = next((i for i, r in enumerate(head) if r.line - 1 == named), None)
    layout = detect_layout(head, options.expected_names, ruled=ruled, **options.given_rows())
    plan = ReadPlan(Utf8Text(content.path, "", ""), TextDialect(), layout, head, None, end, below)
    raw = build_table(content, table, space, plan, records[plan.body_start :], options.keep_all)
    raw.dialect = Dialect(
        format=format_,
        container=content.container,
        header_rows=layout.header,
        described_rows=layout.annotations,
        skipped_rows=layout.preamble,
    )
    return raw


def _trim_end(row: list[str]) -> list[str]:
    end = len(row)
    while end and not row[end - 1].strip():
        end -= 1
    return row[:end]
