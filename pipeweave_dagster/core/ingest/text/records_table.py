# ruff: noqa: S608 - names and texts in SQL go through `identifier` and `literal`
"""Build a raw table from parsed records."""

from itertools import zip_longest

import pyarrow as pa

from pipeweave_dagster.core.arrow_values import array_of_texts
from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.errors import PipeWeaveError, validation_error
from pipeweave_dagster.core.ingest.base.containers import Content
from pipeweave_dagster.core.ingest.base.raw_table import RawTable, RejectedRecord
from pipeweave_dagster.core.ingest.base.total_rows import named_totals, total_notes
from pipeweave_dagster.core.ingest.base.workspace import Workspace
from pipeweave_dagster.core.ingest.text.check_widths import check_widths
from pipeweave_dagster.core.ingest.text.closing_lines import (
    split_closing_lines,
    without_closing_lines,
)
from pipeweave_dagster.core.ingest.text.column_headers import column_headers
from pipeweave_dagster.core.ingest.text.footers import (
    kept_footer_note,
    named_notes,
    split_footer,
)
from pipeweave_dagster.core.ingest.text.non_rows import non_row_notes, split_non_rows
from pipeweave_dagster.core.ingest.text.plan_description import (
    dialect_document,
    preamble_lines,
    read_notes,
)
from pipeweave_dagster.core.ingest.text.read_plan import ReadPlan
from pipeweave_dagster.core.ingest.text.records import Record


def build_table(
    content: Content,
    table: str,
    space: Workspace,
    plan: ReadPlan,
    body: list[Record],
    keep_all: bool,
) -> RawTable:
    """Build a raw table from all records of the body.

    Args:
        content: The file.
        table: Table to create.
        space: DuckDB workspace.
        plan: How the file is read.
        body: Records below the header.
        keep_all: Whether no row may be dropped.

    Raises:
        PipeWeaveError: `VALIDATION_ERROR` if no row is left.
    """
    names, width = column_headers(plan.layout, body)
    left_out = preamble_lines(plan)
    closing: list[RejectedRecord] = []
    named: list[str] = []
    if keep_all:
        body, named = without_closing_lines(body, width)
    else:
        body, non_rows = split_non_rows(body, names, width)
        body, closing = split_closing_lines(body, width)
        left_out += [*non_rows, *plan.below]
    kept, rejected, notes = check_widths(body, width, keep_all)
    if kept and keep_all:
        notes += kept_footer_note(kept, body, width)
    elif kept:
        rejected = named_notes(kept, rejected)
        kept, footer = split_footer(kept, body, width)
        rejected += [*footer, *closing]
    totals = named_totals([(r.line, r.fields) for r in kept])
    notes += total_notes(totals) if keep_all else []
    if not kept:
        raise _without_rows(content.name, plan, names, blank=bool(body))
    space.db.register("incoming", _arrow_table(kept, width))
    space.db.execute(f"CREATE TABLE {table} AS SELECT * FROM incoming")
    space.db.unregister("incoming")
    lines = [r.line for r in kept]
    return RawTable(
        table=table,
        names=names,
        sql_types=["VARCHAR"] * width,
        dialect=dialect_document(content, plan),
        rows=len(kept),
        rejected=rejected,
        left_out=left_out,
        notes=[*read_notes(content, plan), *non_row_notes(left_out), *named, *notes],
        totals=[] if keep_all else totals,
        line_numbers_of=lambda rows: [lines[r] for r in rows],
    )


def _without_rows(name: str, plan: ReadPlan, names: list[str], *, blank: bool) -> PipeWeaveError:
    """Return the error for a table without rows, with what is below its header, or above it."""
    skipped = plan.layout.preamble
    if blank:
        found = "only rows that are blank or cannot be read below its header"
    elif skipped:
        found = f"no rows below the {counted(skipped, 'line')} that were skipped and its header"
    else:
        found = "a header but no rows"
    fix = "Upload a file that has rows below its header"
    fix += ", or set a smaller read: {skip: …}." if skipped and not blank else "."
    return validation_error(f"{name!r} has {found}.", fix=fix, columns=names)


def append_records(records: list[Record], width: int, table: str, space: Workspace) -> None:
    """Append records to an existing table of text columns."""
    space.db.register("incoming", _arrow_table(records, width))
    space.db.execute(f"INSERT INTO {table} SELECT * FROM incoming")
    space.db.unregister("incoming")


def _arrow_table(records: list[Record], width: int) -> pa.Table:
    """Return columns of texts; an empty field is a missing value, as DuckDB and Arrow read it."""
    columns = zip_longest(*(r.fields for r in records), fillvalue=None)
    arrays = [array_of_texts([field or None for field in column]) for column in columns]
    arrays += [pa.nulls(len(records), pa.string())] * (width - len(arrays))
    return pa.table(arrays[:width], names=[f"c{j}" for j in range(width)])
