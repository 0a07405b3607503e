# ruff: noqa: S608 - names and texts in SQL go through `identifier` and `literal`
"""Convert typed relations (Arrow tables, Parquet files) to raw tables."""

from typing import Literal

import pyarrow as pa

from pipeweave_dagster.core.documents import Dialect
from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.ingest.base.containers import Content
from pipeweave_dagster.core.ingest.base.counted import counted
from pipeweave_dagster.core.ingest.base.raw_table import RawTable
from pipeweave_dagster.core.ingest.base.sql_quoting import identifier
from pipeweave_dagster.core.ingest.base.workspace import Workspace

Format = Literal["csv", "json", "jsonl", "parquet", "excel", "arrow"]


def from_arrow(
    content: Content,
    format_: Format,
    data: pa.Table,
    table: str,
    space: Workspace,
    names: list[str] | None = None,
) -> RawTable:
    """Convert an Arrow table to a raw table; `names` replaces its names if they are not unique."""
    names = names if names is not None else [str(n) for n in data.column_names]
    space.db.register("incoming", data.rename_columns([f"k{i}" for i in range(data.num_columns)]))
    try:
        return from_relation(content, format_, names, "incoming", table, space)
    finally:
        space.db.unregister("incoming")


def from_relation(
    content: Content, format_: Format, names: list[str], source: str, table: str, space: Workspace
) -> RawTable:
    """Convert `SELECT * FROM source` to a raw table, each type to the nearest storage type."""
    columns = space.query(f"DESCRIBE SELECT * FROM {source}")
    if len(columns) > space.limits.max_columns:
        raise validation_error(
            f"{content.name!r} has {len(columns):,} columns; the limit is "
            f"{space.limits.max_columns:,}.",
            fix="Upload a file with fewer columns.",
        )
    selected, sql_types = [], []
    for index, (name, type_, *_) in enumerate(columns):
        expression, sql_type = _convert(identifier(name), str(type_))
        selected.append(f"{expression} AS c{index}")
        sql_types.append(sql_type)
    space.db.execute(f"CREATE TABLE {table} AS SELECT {', '.join(selected)} FROM {source}")
    floats = [(n, identifier(d[0])) for n, d in zip(names, columns, strict=True) if d[1] in _FLOATS]
    return RawTable(
        table=table,
        names=names,
        sql_types=sql_types,
        dialect=Dialect(format=format_, container=content.container),
        rows=space.query_row(f"SELECT count(*) FROM {table}")[0],
        notes=[*content.notes, *_infinite_notes(floats, source, space)],
    )


def _infinite_notes(floats: list[tuple[str, str]], source: str, space: Workspace) -> list[str]:
    """Return the notes on infinite numbers, which are stored as missing."""
    if not floats:
        return []
    counts = ", ".join(f"count(*) FILTER (isinf({column}))" for _, column in floats)
    counts_by_column = space.query_row(f"SELECT {counts} FROM {source}")
    return [
        f"{name}: {counted(count, 'infinite value')} stored as missing."
        for (name, _), count in zip(floats, counts_by_column, strict=True)
        if count
    ]


_FLOATS = ("FLOAT", "DOUBLE")
_CONVERSIONS = {
    **dict.fromkeys(
        ("TINYINT", "SMALLINT", "INTEGER", "BIGINT"), ("CAST({c} AS BIGINT)", "BIGINT")
    ),
    **dict.fromkeys(("UTINYINT", "USMALLINT", "UINTEGER"), ("CAST({c} AS BIGINT)", "BIGINT")),
    **dict.fromkeys(_FLOATS, ("CASE WHEN isfinite({c}) THEN CAST({c} AS DOUBLE) END", "DOUBLE")),
    "BOOLEAN": ("{c}", "BOOLEAN"),
    "DATE": ("{c}", "DATE"),
    "TIME": ("{c}", "TIME"),
    "TIMESTAMP WITH TIME ZONE": ("CAST(timezone('UTC', {c}) AS TIMESTAMP)", "TIMESTAMP"),
}


def _convert(column: str, type_: str) -> tuple[str, str]:
    """Return the SQL expression of a column as the nearest storage type, and its SQL type."""
    upper = type_.upper()
    expression, sql_type = _CONVERSIONS.get(upper, ("CAST({c} AS VARCHAR)", "VARCHAR"))
    if upper.startswith("DECIMAL"):
        expression, sql_type = "CAST({c} AS DOUBLE)", "DOUBLE"
    elif upper.startswith("TIMESTAMP") and upper not in _CONVERSIONS:
        expression, sql_type = "CAST({c} AS TIMESTAMP)", "TIMESTAMP"
    return expression.replace("{c}", column), sql_type
