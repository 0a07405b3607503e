# ruff: noqa: S608 - names in SQL are column numbers
"""Store Arrow tables, or batches as they are read, as raw tables."""

from collections.abc import Iterable, Iterator
from typing import Literal

import duckdb
import pyarrow as pa

from pipeweave_dagster.core.documents import Dialect
from pipeweave_dagster.core.errors import PipeWeaveError, validation_error
from pipeweave_dagster.core.ingest.base.containers import Content
from pipeweave_dagster.core.ingest.base.raw_table import RawTable
from pipeweave_dagster.core.ingest.base.workspace import Workspace
from pipeweave_dagster.core.ingest.formats.arrow_columns import ArrowColumn, columns_of

Format = Literal["csv", "json", "jsonl", "parquet", "excel", "arrow", "html"]


def from_batches(
    content: Content,
    format_: Format,
    schema: pa.Schema,
    batches: Iterable[pa.RecordBatch],
    table: str,
    space: Workspace,
) -> RawTable:
    """Store record batches as a raw table, one batch in memory at a time.

    Args:
        content: The file.
        format_: Its format.
        schema: The schema of the batches; its names need not be unique.
        batches: The data.
        table: Table to create.
        space: DuckDB workspace.
    """
    columns = columns_of(schema)
    _check_width(content.name, len(columns), space)
    stored = pa.schema([(f"c{i}", c.type) for i, c in enumerate(columns)])
    errors: list[PipeWeaveError] = []
    noted = _noting(converted(batches, columns, stored), errors)
    space.db.register("incoming", pa.RecordBatchReader.from_batches(stored, noted))
    try:
        space.db.execute(f"CREATE TABLE {table} AS SELECT * FROM incoming")
    except duckdb.Error as error:
        if errors:
            raise errors[0] from error
        raise
    finally:
        space.db.unregister("incoming")
    exact = {
        column.name
        for i, column in enumerate(columns)
        if column.is_wide and not _narrow(f"c{i}", table, space) and column.has_fractions
    }
    return RawTable(
        table=table,
        names=[c.name for c in columns],
        sql_types=[str(type_) for _, type_, *_ in space.query(f"DESCRIBE {table}")],
        dialect=Dialect(format=format_, container=content.container),
        rows=space.query_row(f"SELECT count(*) FROM {table}")[0],
        exact=frozenset(exact),
        notes=[*content.notes, *(note for c in columns for note in c.notes())],
    )


def from_arrow(
    content: Content, format_: Format, data: pa.Table, table: str, space: Workspace
) -> RawTable:
    """Store an Arrow table as a raw table."""
    return from_batches(content, format_, data.schema, data.to_batches(), table, space)


def _check_width(name: str, width: int, space: Workspace) -> None:
    if not width:
        raise validation_error(f"{name!r} has no columns.", fix="Upload a file that contains data.")
    if width > space.limits.max_columns:
        raise validation_error(
            f"{name!r} has {width:,} columns; the limit is {space.limits.max_columns:,}.",
            fix="Upload a file with fewer columns.",
        )


def _noting(
    batches: Iterator[pa.RecordBatch], errors: list[PipeWeaveError]
) -> Iterator[pa.RecordBatch]:
    """Yield batches, and note an error that ends them: DuckDB shows only its own."""
    try:
        yield from batches
    except PipeWeaveError as error:
        errors.append(error)
        raise


def converted(
    batches: Iterable[pa.RecordBatch], columns: list[ArrowColumn], schema: pa.Schema
) -> Iterator[pa.RecordBatch]:
    """Yield batches with the types to store, of which the schema is."""
    for batch in batches:
        yield pa.RecordBatch.from_arrays([c.convert(batch) for c in columns], schema=schema)


def _narrow(column: str, table: str, space: Workspace) -> bool:
    """Change exact numbers stored as text to BIGINT or DOUBLE, if that keeps every digit."""
    digits = f"length(regexp_replace(replace({column}, '.', ''), '^-?0*|0+$', '', 'g'))"
    whole, exact = space.query_row(
        f"SELECT coalesce(bool_and(TRY_CAST({column} AS BIGINT) IS NOT NULL"
        f" AND CAST(TRY_CAST({column} AS BIGINT) AS VARCHAR)"
        f" = regexp_replace({column}, '\\.0+$', '')), true),"
        f" coalesce(max({digits}), 0) <= 15 FROM {table} WHERE {column} IS NOT NULL"
    )
    if whole or exact:
        type_ = "BIGINT" if whole else "DOUBLE"
        space.db.execute(f"ALTER TABLE {table} ALTER {column} TYPE {type_}")
    return bool(whole or exact)
