# ruff: noqa: S608 - names and texts in SQL go through `identifier` and `literal`
"""From anything that DuckDB sees as a relation with types to a raw table."""

from typing import Literal

import pyarrow as pa

from pipeweave_dagster.core.documents import Dialect
from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.ingest.base.containers import Content
from pipeweave_dagster.core.ingest.base.raw_table import RawTable
from pipeweave_dagster.core.ingest.base.workspace import Workspace, identifier

Format = Literal["csv", "json", "jsonl", "parquet", "excel", "arrow"]


def from_arrow(
    content: Content,
    kind: Format,
    data: pa.Table,
    table: str,
    space: Workspace,
    names: list[str] | None = None,
) -> RawTable:
    """An Arrow table as raw table; `names` where its own are not unique."""
    names = names if names is not None else [str(n) for n in data.column_names]
    space.db.register("incoming", data.rename_columns([f"k{i}" for i in range(data.num_columns)]))
    try:
        return from_relation(content, kind, names, "incoming", table, space)
    finally:
        space.db.unregister("incoming")


def from_relation(
    content: Content, kind: Format, names: list[str], source: str, table: str, space: Workspace
) -> RawTable:
    """What `SELECT * FROM source` gives as raw table, each type as the nearest storage type."""
    described = space.rows(f"DESCRIBE SELECT * FROM {source}")
    if len(described) > space.limits.max_columns:
        raise validation_error(
            f"{content.name!r} has {len(described):,} columns; the limit is "
            f"{space.limits.max_columns:,}.",
            fix="Upload fewer columns.",
        )
    selected, natives = [], []
    for index, (name, type_, *_) in enumerate(described):
        expression, native = _native(identifier(name), str(type_))
        selected.append(f"{expression} AS c{index}")
        natives.append(native)
    space.db.execute(f"CREATE TABLE {table} AS SELECT {', '.join(selected)} FROM {source}")
    floats = [
        (n, identifier(d[0])) for n, d in zip(names, described, strict=True) if d[1] in _FLOATS
    ]
    return RawTable(
        table=table,
        names=names,
        natives=natives,
        dialect=Dialect(format=kind, container=content.container),
        rows=space.one(f"SELECT count(*) FROM {table}")[0],
        notes=[*content.notes, *_infinite(floats, source, space)],
    )


def _infinite(floats: list[tuple[str, str]], source: str, space: Workspace) -> list[str]:
    """Infinite numbers are no values that one can compute with: they are missing, which is told."""
    if not floats:
        return []
    counts = ", ".join(f"count(*) FILTER (isinf({column}))" for _, column in floats)
    found = space.one(f"SELECT {counts} FROM {source}")
    return [
        f"{name}: {count} infinite values were read as missing."
        for (name, _), count in zip(floats, found, strict=True)
        if count
    ]


_FLOATS = ("FLOAT", "DOUBLE")
_NATIVE = {
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


def _native(column: str, type_: str) -> tuple[str, str]:
    """How a column of a self-describing file is kept: its type as the nearest storage type."""
    upper = type_.upper()
    expression, native = _NATIVE.get(upper, ("CAST({c} AS VARCHAR)", "VARCHAR"))
    if upper.startswith("DECIMAL"):
        expression, native = "CAST({c} AS DOUBLE)", "DOUBLE"
    elif upper.startswith("TIMESTAMP") and upper not in _NATIVE:
        expression, native = "CAST({c} AS TIMESTAMP)", "TIMESTAMP"
    return expression.replace("{c}", column), native
