# ruff: noqa: S608 - names and texts in SQL go through `identifier` and `literal`
"""Concatenate several files of one data set, matching columns by name."""

import re
from dataclasses import replace

from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.ingest.base.raw_table import RawTable
from pipeweave_dagster.core.ingest.base.total_rows import total_notes
from pipeweave_dagster.core.ingest.base.workspace import Workspace
from pipeweave_dagster.core.model.column_names import fold_name

_MAX_LABELS = 100
_NUMBER = re.compile(r"[\d\W]*")


def combine_tables(tables: list[RawTable], files: list[str], space: Workspace) -> RawTable:
    """Concatenate tables; the result has the columns of all files, and notes on differences.

    Columns are matched by name (ignoring case and surrounding whitespace), or by position where
    there is no header. A column that a file lacks is missing in its rows.
    """
    first = tables[0]
    if len(tables) == 1:
        return first
    keys: dict[str, str] = {}
    indices = [_column_keys(t) for t in tables]
    for table, index_of in zip(tables, indices, strict=True):
        for key, index in index_of.items():
            keys.setdefault(key, table.names[index])
    sql_types = [_common_type(key, tables, indices, space) for key in keys]
    parts = [_select(t, i, list(keys), sql_types) for t, i in zip(tables, indices, strict=True)]
    space.db.execute(f"CREATE TABLE combined AS {' UNION ALL '.join(parts)}")
    return RawTable(
        table="combined",
        names=list(keys.values()),
        sql_types=sql_types,
        dialect=first.dialect,
        rows=sum(t.rows for t in tables),
        rejected=[
            replace(r, reason=f"{file}: {r.reason}")
            for t, file in zip(tables, files, strict=True)
            for r in t.rejected
        ],
        left_out=[line for table in tables for line in table.left_out],
        notes=_notes(tables, files, indices, keys, space),
        exact=first.exact.union(*(table.exact for table in tables)),
        line_numbers_of=lambda rows: _line_numbers(tables, rows),
    )


def _column_keys(table: RawTable) -> dict[str, int]:
    """Return the column indices by key: the name (numbered if repeated), else the position."""
    keys: dict[str, int] = {}
    for index, name in enumerate(table.names):
        base = fold_name(name) or f"#{index}"
        key, count = base, 1
        while key in keys:
            count += 1
            key = f"{base}#{count}"
        keys[key] = index
    return keys


def _common_type(
    key: str, tables: list[RawTable], indices: list[dict[str, int]], space: Workspace
) -> str:
    columns = [(t, i[key]) for t, i in zip(tables, indices, strict=True) if key in i]
    types = {table.sql_types[index] for table, index in columns}
    if len(types) == 1:
        return types.pop()
    if types != {"BIGINT", "DOUBLE"}:
        return "VARCHAR"
    whole = [(t.table, index) for t, index in columns if t.sql_types[index] == "BIGINT"]
    exact = all(
        space.query_row(f"SELECT coalesce(max(abs(c{i}::HUGEINT)), 0) FROM {table}")[0] <= 2**53
        for table, i in whole
    )
    return "DOUBLE" if exact else "VARCHAR"


def _select(
    table: RawTable, index_of: dict[str, int], keys: list[str], sql_types: list[str]
) -> str:
    columns = [
        f"CAST({f'c{index_of[key]}' if key in index_of else 'NULL'} AS {sql_type}) AS c{i}"
        for i, (key, sql_type) in enumerate(zip(keys, sql_types, strict=True))
    ]
    return f"(SELECT {', '.join(columns)} FROM {table.table} ORDER BY rowid)"


def _notes(
    tables: list[RawTable],
    files: list[str],
    indices: list[dict[str, int]],
    keys: dict[str, str],
    space: Workspace,
) -> list[str]:
    notes = [f"Concatenated {len(files)} files: {', '.join(files[:10])}."]
    for table, file, index_of in zip(tables, files, indices, strict=True):
        notes += [f"{file}: {note}" for note in [*table.notes, *total_notes(table.totals)]]
        absent = [name for key, name in keys.items() if key not in index_of]
        if absent:
            notes.append(
                f"{file} lacks {counted(len(absent), 'column')}: {', '.join(absent[:10])}."
            )
    for key, name in keys.items():
        label = name or f"column {int(key[1:]) + 1}"
        notes += _spelling_notes(label, key, tables, indices, space)
    return notes


def _spelling_notes(
    name: str, key: str, tables: list[RawTable], indices: list[dict[str, int]], space: Workspace
) -> list[str]:
    """Report labels that files spell differently (`yes` and `Yes.`); they are never merged."""
    spellings: dict[str, set[str]] = {}
    for table, index_of in zip(tables, indices, strict=True):
        if key not in index_of or table.sql_types[index_of[key]] != "VARCHAR":
            continue
        labels = space.query(
            f"SELECT DISTINCT trim(c{index_of[key]}) FROM {table.table} LIMIT {_MAX_LABELS + 1}"
        )
        if len(labels) > _MAX_LABELS:
            return []
        for (label,) in labels:
            if label and not _NUMBER.fullmatch(label):
                spellings.setdefault(re.sub(r"[^\w<>=]+", "", label).casefold(), set()).add(label)
    pairs = [
        " and ".join(map(repr, sorted(s))) for k, s in sorted(spellings.items()) if k and len(s) > 1
    ]
    if not pairs:
        return []
    return [f"{name}: labels with different spellings were not merged: {'; '.join(pairs[:5])}."]


def _line_numbers(tables: list[RawTable], rows: list[int]) -> list[int]:
    """Return the line of each row within its own file."""
    lines = []
    for row in rows:
        offset = row
        for table in tables:
            if offset < table.rows:
                lines.append(table.line_numbers_of([offset])[0])
                break
            offset -= table.rows
    return lines
