# ruff: noqa: S608 - names and texts in SQL go through `identifier` and `literal`
"""Dates of self-describing files that need a second look: open ends, and dates as integers."""

from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.ingest.base.raw_table import RawTable
from pipeweave_dagster.core.ingest.base.workspace import Workspace
from pipeweave_dagster.core.ingest.types.compact_dates import compact_date
from pipeweave_dagster.core.ingest.types.stacked_columns import (
    column_batches,
    counted_rows,
    list_of,
)

_MIN, _MAX = 190_001, 99_991_231_235_959
_SAMPLE_CELLS = 50_000


def is_void_sql(value: str) -> str:
    """Return the SQL condition that a date or timestamp means an open end or no date at all."""
    day = f"CAST({value} AS DATE)"
    return f"({day} IN (DATE '9999-12-31', DATE '2999-12-31', DATE '0001-01-01'))"


def resolve_typed_dates(raw: RawTable, space: Workspace) -> None:
    """Store open ends as missing, and have integers that are dates read as the texts of dates.

    Args:
        raw: The table; its DuckDB table, types and notes are changed.
        space: DuckDB workspace.
    """
    _remove_void_dates(raw, space)
    for i in _integer_dates(raw, space):
        space.db.execute(f"ALTER TABLE {raw.table} ALTER c{i} TYPE VARCHAR")
        raw.sql_types[i] = "VARCHAR"


def _remove_void_dates(raw: RawTable, space: Workspace) -> None:
    for sql_type in ("DATE", "TIMESTAMP"):
        columns = {i: "v" for i, type_ in enumerate(raw.sql_types) if type_ == sql_type}
        void = counted_rows(space, raw.table, columns, is_void_sql("v")) if columns else {}
        for i, count in sorted(void.items()):
            space.db.execute(f"UPDATE {raw.table} SET c{i} = NULL WHERE {is_void_sql(f'c{i}')}")
            raw.notes.append(
                f"{raw.names[i]}: {counted(count, 'date')} that means an open end or no date"
                " (such as 9999-12-31) stored as missing."
            )


def _integer_dates(raw: RawTable, space: Workspace) -> list[int]:
    """Return the integer columns whose first rows look like dates; type inference verifies it."""
    columns = [i for i, type_ in enumerate(raw.sql_types) if type_ == "BIGINT"]
    found = []
    for batch in column_batches(columns):
        rows = space.query(
            f"SELECT {list_of(batch)} FROM {raw.table} LIMIT {_SAMPLE_CELLS // len(batch)}"
        )
        for i, column in zip(batch, zip(*(row[0] for row in rows), strict=True), strict=True):
            values = sorted({v for v in column if v is not None})
            if values and _MIN <= values[0] <= values[-1] <= _MAX:
                texts = [str(v) for v in values]
                found += [i] if compact_date(texts, raw.names[i]) is not None else []
    return found
