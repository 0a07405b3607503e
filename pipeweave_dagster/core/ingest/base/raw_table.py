# ruff: noqa: S608 - names and texts in SQL go through `identifier` and `literal`
"""The table as text, before types are inferred."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from pipeweave_dagster.core.documents import Dialect, LeftOutLine, StorageType
from pipeweave_dagster.core.ingest.base.total_rows import NamedTotal
from pipeweave_dagster.core.ingest.base.workspace import Workspace

CELL_END = "\x1f"
"""Stands between the cells in the text of a rejected record, as no delimiter is sure not to."""


@dataclass(frozen=True)
class RejectedRecord:
    """A record left out of the table, with its line in the file and the reason.

    `is_note` says that it was recognised as a note below the table, so that no row is lost.
    """

    line: int
    reason: str
    text: str
    is_note: bool = False


@dataclass
class RawTable:
    """A DuckDB table with columns `c0 … cN` and its rows, both in file order.

    Attributes:
        table: Name of the DuckDB table.
        names: Header texts as in the file; blank where there are none.
        sql_types: SQL type of each column; types of `VARCHAR` columns are inferred later.
        dialect: How the file was read.
        rows: Number of rows.
        rejected: Records left out, with lines and reasons.
        left_out: Lines that are no rows: titles, comments, repeated headers.
        notes: Decisions to report to the user.
        totals: Rows that look like totals, of which the notes say nothing yet.
        exact: Names of text columns that are numbers with more digits than a float holds.
        line_numbers_of: Returns the line of each given row (from 0); for files without lines, the
            row number from 1.
    """

    table: str
    names: list[str]
    sql_types: list[str]
    dialect: Dialect
    rows: int
    rejected: list[RejectedRecord] = field(default_factory=list)
    left_out: list[LeftOutLine] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    totals: list[NamedTotal] = field(default_factory=list)
    exact: frozenset[str] = frozenset()
    line_numbers_of: Callable[[list[int]], list[int]] = lambda rows: [r + 1 for r in rows]


@dataclass(frozen=True)
class RawStream:
    """A raw table that is read once, part by part.

    Attributes:
        raw: The table; there is none in DuckDB, and `rows` is 0 where it is not known yet.
        parts: Arrow arrays of the columns, in file order; texts may have dictionaries.
        notes: Returns the notes, once all of it was read.
    """

    raw: RawTable
    parts: Iterator[list[Any]]
    notes: Callable[[], list[str]]


# The storage types of a snapshot and the SQL types that hold them.
SQL_TYPES: dict[StorageType, str] = {
    "integer": "BIGINT",
    "number": "DOUBLE",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "datetime": "TIMESTAMP",
    "time": "TIME",
    "text": "VARCHAR",
}
STORAGE_TYPES = {sql: storage for storage, sql in SQL_TYPES.items()}
PARQUET_MEDIA_TYPE = "application/vnd.apache.parquet"


def drop_empty_columns(raw: RawTable, space: Workspace) -> RawTable:
    """Drop columns with neither a name nor a value (left by trailing delimiters)."""
    blank = [
        j
        for j, (name, sql_type) in enumerate(zip(raw.names, raw.sql_types, strict=True))
        if not name.strip(" \t,;|") and sql_type == "VARCHAR"
    ]
    if not blank or len(blank) == len(raw.names):
        return raw
    counts = ", ".join(f"count(*) FILTER (trim(c{j}, ' \t,;|') <> '')" for j in blank)
    counts_by_column = space.query_row(f"SELECT {counts} FROM {raw.table}")
    empty = {j for j, n in zip(blank, counts_by_column, strict=True) if n == 0}
    if not empty:
        return raw
    numbers = ", ".join(str(j + 1) for j in sorted(empty))
    note = f"Columns without a name and without values were dropped: {numbers} (counted from 1)."
    left = without_columns(raw, empty, space)
    return replace(left, notes=[*raw.notes, note])


def without_columns(raw: RawTable, dropped: Collection[int], space: Workspace) -> RawTable:
    """Drop columns of the DuckDB table, and return its description without them."""
    for j in sorted(dropped):
        space.db.execute(f"ALTER TABLE {raw.table} DROP COLUMN c{j}")
    kept = [j for j in range(len(raw.names)) if j not in dropped]
    for new, old in enumerate(kept):
        if new != old:
            space.db.execute(f"ALTER TABLE {raw.table} RENAME COLUMN c{old} TO c{new}")
    return replace(
        raw,
        names=[raw.names[j] for j in kept],
        sql_types=[raw.sql_types[j] for j in kept],
    )
