# ruff: noqa: S608 - names and texts in SQL go through `identifier` and `literal`
"""SQL over many columns at once, whose length and planning time do not grow with their number.

An expression per column costs DuckDB about a millisecond of planning, however few rows there are.
So an expression is written once, over `v`, and applied to a list of the columns: as a lambda
where columns come out again, or to the list unnested to one row per cell.
"""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from pipeweave_dagster.core.ingest.base.workspace import Workspace

_COLUMNS_PER_QUERY = 500
"""A list of a vector's 2,048 rows fits into the memory of a processor's cache up to about here."""
T = TypeVar("T")
K = TypeVar("K", bound=Hashable)


def column_batches(columns: Sequence[T]) -> Iterator[Sequence[T]]:
    """Split columns into batches of a size that one query reads well."""
    for start in range(0, len(columns), _COLUMNS_PER_QUERY):
        yield columns[start : start + _COLUMNS_PER_QUERY]


def grouped(columns: Mapping[int, K]) -> dict[K, list[int]]:
    """Return the columns (by index) for which something is equal, such as a parser."""
    groups: dict[K, list[int]] = {}
    for i, key in columns.items():
        groups.setdefault(key, []).append(i)
    return groups


def grouped_batches(columns: Mapping[int, K]) -> Iterator[tuple[K, Sequence[int]]]:
    """Yield batches of the columns for which something is equal, with what that is."""
    for key, group in grouped(columns).items():
        for batch in column_batches(group):
            yield key, batch


def list_of(columns: Iterable[int]) -> str:
    """Return the SQL of the list of some columns of a raw table."""
    return f"[{', '.join(f'c{i}' for i in columns)}]"


def transformed(values: str, expression: str) -> str:
    """Return the SQL that applies an expression over `v` to each element of a list."""
    return values if expression == "v" else f"list_transform({values}, lambda v: {expression})"


def stacked(table: str, columns: Sequence[int], text: str, cells: str = "true") -> str:
    """Return a subquery with a row per cell: `r` (row), `col` (column), `cell`, and `v` (its text).

    Args:
        table: Name of the raw table.
        columns: Columns of one SQL type, by index.
        text: SQL of a cell's text or value, over `v`.
        cells: SQL condition over the cell as it is, also `v`; others are left out unread.
    """
    numbers = ", ".join(map(str, columns))
    unnested = (
        f"SELECT rowid AS r, unnest([{numbers}]) AS col, unnest({list_of(columns)}) AS v"
        f" FROM {table}"
    )
    return f"(SELECT r, col, v AS cell, {text} AS v FROM ({unnested}) WHERE {cells})"


def counted_values(
    space: Workspace,
    table: str,
    columns: Sequence[int],
    text: str,
    condition: str,
    limit: int | None = None,
    cells: str = "true",
) -> dict[int, dict[str, int]]:
    """Return the values that meet a condition, the most frequent first, with counts, by column.

    Args:
        space: DuckDB workspace.
        table: Name of the raw table.
        columns: Columns of one SQL type, by index.
        text: SQL of a cell's text or value, over `v`.
        condition: SQL condition over that `v`.
        limit: Largest number of values of a column.
        cells: SQL condition over the cell as it is, also `v`; others are left out unread.
    """
    values: dict[int, dict[str, int]] = {}
    first = "row_number() OVER (PARTITION BY col ORDER BY n DESC, value)"
    within = f"QUALIFY {first} <= {limit}" if limit else ""
    for batch in column_batches(columns):
        counts = (
            "SELECT col, CAST(v AS VARCHAR) AS value, count(*) AS n"
            f" FROM {stacked(table, batch, text, cells)}"
            f" WHERE v IS NOT NULL AND {condition} GROUP BY 1, 2"
        )
        rows = space.query(f"SELECT * FROM ({counts}) {within} ORDER BY col, n DESC, value")
        for column, value, count in rows:
            values.setdefault(int(column), {})[str(value)] = int(count)
    return values


def counted_rows(
    space: Workspace, table: str, texts: Mapping[int, str], condition: str
) -> dict[int, int]:
    """Return the number of values that meet a condition, by column; columns without any lack.

    Args:
        space: DuckDB workspace.
        table: Name of the raw table.
        texts: SQL of a cell's text, over `v`, by column index.
        condition: SQL condition over that `v`.
    """
    counts: dict[int, int] = {}
    for text, batch in grouped_batches(texts):
        cells = stacked(table, batch, text)
        rows = space.query(f"SELECT col, count(*) FROM {cells} WHERE {condition} GROUP BY col")
        counts |= {int(column): int(count) for column, count in rows}
    return counts
