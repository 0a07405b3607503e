# ruff: noqa: S608 - names and texts in SQL go through `identifier` and `literal`
"""Cast the columns of a raw table and write them, a part of a wide table at a time.

DuckDB plans a query in a time that grows with the square of its expressions, and one that cleans
a text in each place where it is used is long: 500 columns in one query took more than a minute.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from pipeweave_dagster.core.ingest.base.workspace import Workspace, identifier, literal
from pipeweave_dagster.core.ingest.types.type_decisions import COLUMNS_A_QUERY


class Cast(NamedTuple):
    """One column to be cast.

    Attributes:
        place: Which column of the raw table it is, where it is called `c<place>`.
        cleaned: SQL of its text (or value) over the raw table.
        typed: SQL of its typed value; `c<place>` stands for the cleaned text there.
        name: What it is called from now on.
    """

    place: int
    cleaned: str
    typed: str
    name: str


def write_typed(space: Workspace, table: str, casts: list[Cast], path: Path, where: str) -> None:
    """Write typed columns as Parquet.

    Args:
        space: Where to work.
        table: The raw table.
        casts: The columns, in their order.
        path: The file.
        where: SQL that chooses and orders the rows; their number is `r`.
    """
    made: list[str] = []
    for part in _parts(casts):
        made.append(f"typed{len(made)}")
        typed = ", ".join(f"{c.typed} AS {identifier(c.name)}" for c in part)
        space.db.execute(
            f"CREATE TABLE {made[-1]} AS SELECT {typed} FROM {_cleaned(table, part)} {where}"
        )
    # Written from tables, the bytes depend on the values alone and not on how they were cast.
    space.db.execute(
        f"COPY (SELECT * FROM {' POSITIONAL JOIN '.join(made)})"
        f" TO {literal(str(path))} (FORMAT parquet, COMPRESSION zstd)"
    )


def lost(space: Workspace, table: str, casts: list[Cast]) -> dict[int, list[tuple[str, int]]]:
    """By place of the column, the values that are there and have no typed value, with counts."""
    found = {}
    for part in _parts(casts):
        gone = [f"c{c.place} IS NOT NULL AND {c.typed} IS NULL" for c in part]
        counts = ", ".join(f"count(*) FILTER ({condition})" for condition in gone)
        row = space.one(f"SELECT {counts} FROM {_cleaned(table, part)}")
        for cast, condition, count in zip(part, gone, row, strict=True):
            if count:
                found[cast.place] = space.rows(
                    f"SELECT CAST(c{cast.place} AS VARCHAR), count(*) FROM"
                    f" {_cleaned(table, [cast])} WHERE {condition} GROUP BY 1 ORDER BY 2 DESC, 1"
                )
    return {place: [(str(value), int(n)) for value, n in rows] for place, rows in found.items()}


def _parts(casts: list[Cast]) -> Iterator[list[Cast]]:
    for start in range(0, len(casts), COLUMNS_A_QUERY):
        yield casts[start : start + COLUMNS_A_QUERY]


def _cleaned(table: str, part: list[Cast]) -> str:
    columns = ", ".join(f"{c.cleaned} AS c{c.place}" for c in part)
    return f"(SELECT rowid AS r, {columns} FROM {table})"
