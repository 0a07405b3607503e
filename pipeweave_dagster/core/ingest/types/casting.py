# ruff: noqa: S608 - names and texts in SQL go through `identifier` and `literal`
"""Cast the columns of a raw table and write them, in batches of columns for wide tables.

Columns that are cast alike are cast as one list: see `stacked_columns` for what it costs otherwise.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeweave_dagster.core.ingest.base.sql_quoting import identifier, literal
from pipeweave_dagster.core.ingest.base.workspace import Workspace
from pipeweave_dagster.core.ingest.types.stacked_columns import (
    column_batches,
    counted_values,
    grouped,
    list_of,
    transformed,
)


@dataclass(frozen=True)
class Cast:
    """A column to cast.

    Attributes:
        index: Index of the column in the raw table, where it is called `c<index>`.
        cleaned: SQL of its text (or value), over `v`.
        typed: SQL of its typed value, over the cleaned `v`.
        name: Name in the typed table.
    """

    index: int
    cleaned: str
    typed: str
    name: str


def write_typed(space: Workspace, table: str, casts: list[Cast], path: Path, where: str) -> None:
    """Cast columns and write them as Parquet.

    Args:
        space: DuckDB workspace.
        table: Name of the raw table.
        casts: The columns in output order.
        path: Parquet file to write.
        where: SQL that filters and orders the rows; the row number is `r`.
    """
    tables = create_typed(space, table, casts, where)
    # Written from tables, the bytes depend on the values alone and not on how they were cast.
    space.db.execute(
        f"COPY (SELECT * FROM {' POSITIONAL JOIN '.join(tables)})"
        f" TO {literal(str(path))} (FORMAT parquet, COMPRESSION zstd)"
    )


def create_typed(space: Workspace, table: str, casts: list[Cast], where: str) -> list[str]:
    """Cast columns, and return the names of the tables that have them beside each other.

    Args:
        space: DuckDB workspace.
        table: Name of the raw table.
        casts: The columns in output order.
        where: SQL that filters and orders the rows; the row number is `r`.
    """
    tables: list[str] = []
    sql_types = _sql_types(space, table)
    for batch in column_batches(casts):
        tables.append(f"typed{len(tables)}")
        space.db.execute(f"CREATE TABLE {tables[-1]} AS {_typed(table, batch, sql_types)} {where}")
    return tables


def _typed(table: str, casts: Sequence[Cast], sql_types: dict[str, str]) -> str:
    """Return the query of the typed columns, with the row number `r` to filter and order by."""
    cleaned, typed = ["rowid AS r"], ["r"]
    element: dict[int, str] = {}
    for g, ((_, text, value), columns) in enumerate(_alike(casts, sql_types).items()):
        if text == value == "v":  # these are typed already
            element |= {i: f"c{i}" for i in columns}
            cleaned += [f"c{i}" for i in columns]
            typed += [f"c{i}" for i in columns]
            continue
        cleaned.append(f"{transformed(list_of(columns), text)} AS g{g}")
        typed.append(f"{transformed(f'g{g}', value)} AS g{g}")
        element |= {i: f"g{g}[{n}]" for n, i in enumerate(columns, 1)}
    named = ", ".join(f"{element[cast.index]} AS {identifier(cast.name)}" for cast in casts)
    return (
        f"SELECT {named} FROM (SELECT {', '.join(typed)} FROM"
        f" (SELECT {', '.join(cleaned)} FROM {table}))"
    )


def _sql_types(space: Workspace, table: str) -> dict[str, str]:
    """Return the SQL type of each column of a table."""
    described = space.query(f"SELECT column_name, column_type FROM (DESCRIBE {table})")
    return {str(name): str(type_) for name, type_ in described}


def _alike(
    casts: Sequence[Cast], sql_types: dict[str, str]
) -> dict[tuple[str, str, str], list[int]]:
    """Return the columns that are cast alike, by SQL type, cleaned text and typed value."""
    return grouped({c.index: (sql_types[f"c{c.index}"], c.cleaned, c.typed) for c in casts})


def uncastable_values(
    space: Workspace, table: str, casts: list[Cast]
) -> dict[int, list[tuple[str, int]]]:
    """Return the values whose cast fails, with counts, by column index."""
    values: dict[int, dict[str, int]] = {}
    for (_, text, value), columns in _alike(casts, _sql_types(space, table)).items():
        values |= counted_values(space, table, columns, text, f"{value} IS NULL")
    return {index: list(counts.items()) for index, counts in values.items()}
