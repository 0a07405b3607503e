# ruff: noqa: S608 - names and texts in SQL go through `identifier` and `literal`
"""A delimited file that is read once, part by part, as columns of texts."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pyarrow as pa
import pyarrow.csv

from pipeweave_dagster.core.ingest.base.containers import Content
from pipeweave_dagster.core.ingest.base.limits import MEGABYTE
from pipeweave_dagster.core.ingest.base.raw_table import RawStream, RawTable
from pipeweave_dagster.core.ingest.base.workspace import Workspace
from pipeweave_dagster.core.ingest.text import bulk_load, plan_description, read_plan
from pipeweave_dagster.core.ingest.text.batch_end import may_close
from pipeweave_dagster.core.ingest.text.read_options import ReadOptions
from pipeweave_dagster.core.ingest.typed_file import table_blocks

_CHUNK = 4 * MEGABYTE
_BLOCK_BYTES = 4 * MEGABYTE
_TABLE = "streamed"


@contextmanager
def text_stream(
    content: Content, space: Workspace, options: ReadOptions, *, plain: bool = True
) -> Iterator[RawStream | None]:
    """Open a delimited file to be read once; None if it must be stored as a table first.

    Args:
        content: The file.
        space: DuckDB workspace.
        options: How it is read.
        plain: Whether Arrow reads it, which is twice as fast; None if it has quotes, or else
            anything that two readers may see in different ways.
    """
    plan = read_plan.plan_read(content, space.folder, options)
    first_line, names, width = read_plan.locate_body(plan)
    nameless = any(not name.strip(" \t,;|") for name in names)
    if nameless or width > space.limits.max_columns or not bulk_load.supports(plan.dialect):
        yield None
        return
    # What stands above decides whether it is a row, so all of it is looked at.
    closed = options.keep_all and width > 1 and may_close(plan.text.path, plan.dialect)
    if closed or (plain and not _is_plain(plan, width)):
        yield None
        return
    raw = RawTable(
        table="",
        names=names,
        sql_types=["VARCHAR"] * width,
        dialect=plan_description.dialect_document(content, plan),
        rows=0,
    )
    if plain:
        parts = _plain_parts(plan, first_line, width)
    else:
        source = bulk_load.source_sql(
            space.paths.sql(plan.text.path), plan.dialect, width, first_line
        )
        parts = _table_parts(source, space)
    yield RawStream(raw, parts, lambda: plan_description.read_notes(content, plan))


def _is_plain(plan: read_plan.ReadPlan, width: int) -> bool:
    """Return whether lines and cells end where the next line end and delimiter are."""
    dialect = plan.dialect
    if width < 2 or len(dialect.delimiter or "") != 1 or not (dialect.delimiter or "").isascii():
        return False
    marks = {b"\0", b'"', *(m.encode() for m in (dialect.quote, dialect.escape) if m)}
    ends_with_return = False
    with plan.text.path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            if any(mark in chunk for mark in marks):
                return False
            if ends_with_return and not chunk.startswith(b"\n"):
                return False
            ends_with_return = chunk.endswith(b"\r")
            lone = b"\r" in chunk and chunk.count(b"\r") - chunk.count(b"\r\n")
            if lone != ends_with_return:
                return False
    return not ends_with_return


def _plain_parts(plan: read_plan.ReadPlan, first_line: int, width: int) -> Iterator[list[Any]]:
    columns = [f"c{i}" for i in range(width)]
    reader = pyarrow.csv.open_csv(
        plan.text.path,
        read_options=pyarrow.csv.ReadOptions(
            skip_rows=first_line - 1,
            column_names=columns,
            block_size=_BLOCK_BYTES,
            use_threads=False,
        ),
        parse_options=pyarrow.csv.ParseOptions(
            delimiter=plan.dialect.delimiter or ",", quote_char=False, ignore_empty_lines=False
        ),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types=dict.fromkeys(columns, pa.string()),
            null_values=[""],
            strings_can_be_null=True,
        ),
    )
    with reader:
        for batch in reader:
            yield list(batch.columns)


def _table_parts(source: str, space: Workspace) -> Iterator[list[Any]]:
    space.db.execute(f"CREATE TABLE {_TABLE} AS SELECT * FROM {source}")
    yield from table_blocks(space, [_TABLE])
    space.db.execute(f"DROP TABLE {_TABLE}")
