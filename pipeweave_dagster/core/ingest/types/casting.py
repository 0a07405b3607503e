# ruff: noqa: S608 - names and texts in SQL go through `identifier` and `literal`
"""Cast the columns of a raw table and write them, in batches of columns for wide tables.

DuckDB's planning time grows with the square of the number of expressions in a query, and an
expression that trims a text wherever it is used is long: 500 columns in one query took more than a
minute.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeweave_dagster.core.ingest.base.sql_quoting import identifier, literal
from pipeweave_dagster.core.ingest.base.workspace import Workspace
from pipeweave_dagster.core.ingest.types.type_decisions import COLUMNS_PER_QUERY


@dataclass(frozen=True)
class Cast:
    """A column to cast.

    Attributes:
        index: Index of the column in the raw table, where it is called `c<index>`.
        cleaned: SQL of its text (or value) over the raw table.
        typed: SQL of its typed value, in which `c<index>` is the cleaned text.
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
    tables: list[str] = []
    for batch in _batches(casts):
        tables.append(f"typed{len(tables)}")
        typed = ", ".join(f"{c.typed} AS {identifier(c.name)}" for c in batch)
        space.db.execute(
            f"CREATE TABLE {tables[-1]} AS SELECT {typed} FROM {_cleaned(table, batch)} {where}"
        )
    # Written from tables, the bytes depend on the values alone and not on how they were cast.
    space.db.execute(
        f"COPY (SELECT * FROM {' POSITIONAL JOIN '.join(tables)})"
        f" TO {literal(str(path))} (FORMAT parquet, COMPRESSION zstd)"
    )


def uncastable_values(
    space: Workspace, table: str, casts: list[Cast]
) -> dict[int, list[tuple[str, int]]]:
    """Return the values whose cast fails, with counts, by column index."""
    values = {}
    for batch in _batches(casts):
        failed = [f"c{c.index} IS NOT NULL AND {c.typed} IS NULL" for c in batch]
        counts = ", ".join(f"count(*) FILTER ({condition})" for condition in failed)
        row = space.query_row(f"SELECT {counts} FROM {_cleaned(table, batch)}")
        for cast, condition, count in zip(batch, failed, row, strict=True):
            if count:
                values[cast.index] = space.query(
                    f"SELECT CAST(c{cast.index} AS VARCHAR), count(*) FROM"
                    f" {_cleaned(table, [cast])} WHERE {condition} GROUP BY 1 ORDER BY 2 DESC, 1"
                )
    return {index: [(str(value), int(n)) for value, n in rows] for index, rows in values.items()}


def _batches(casts: list[Cast]) -> Iterator[list[Cast]]:
    for start in range(0, len(casts), COLUMNS_PER_QUERY):
        yield casts[start : start + COLUMNS_PER_QUERY]


def _cleaned(table: str, batch: list[Cast]) -> str:
    columns = ", ".join(f"{c.cleaned} AS c{c.index}" for c in batch)
    return f"(SELECT rowid AS r, {columns} FROM {table})"
