# ruff: noqa: S608 - names and texts in SQL go through `identifier` and `literal`
"""Put several files of one data set under each other, matching columns by name."""

import re

from pipeweave_dagster.core.ingest.base.raw_table import RawTable, Rejected
from pipeweave_dagster.core.ingest.base.workspace import Workspace

_MOST_LABELS = 100
_NUMBER = re.compile(r"[\d\W]*")


def combine(tables: list[RawTable], files: list[str], space: Workspace) -> RawTable:
    """One table with all columns of all files; what differs is said in the notes.

    Columns are matched by name (ignoring case and blanks around), or by position where no file has
    a header. A column that a file lacks is missing in its rows.
    """
    first = tables[0]
    if len(tables) == 1:
        return first
    keys: dict[str, str] = {}
    maps = [_keys(t) for t in tables]
    for table, mapping in zip(tables, maps, strict=True):
        for key, index in mapping.items():
            keys.setdefault(key, table.names[index])
    natives = [_common_type(key, tables, maps) for key in keys]
    parts = [_select(t, m, list(keys), natives) for t, m in zip(tables, maps, strict=True)]
    space.db.execute(f"CREATE TABLE combined AS {' UNION ALL '.join(parts)}")
    return RawTable(
        table="combined",
        names=list(keys.values()),
        natives=natives,
        dialect=first.dialect,
        rows=sum(t.rows for t in tables),
        rejected=[
            Rejected(r.line, f"{file}: {r.reason}", r.text)
            for t, file in zip(tables, files, strict=True)
            for r in t.rejected
        ],
        notes=_notes(tables, files, maps, keys, space),
        line_of=lambda rows: _lines(tables, rows),
    )


def _keys(table: RawTable) -> dict[str, int]:
    """Each column's key: its name, or its position; a repeated name counts its repetitions."""
    keys: dict[str, int] = {}
    for index, name in enumerate(table.names):
        base = " ".join(name.split()).casefold() or f"#{index}"
        key, count = base, 1
        while key in keys:
            count += 1
            key = f"{base}#{count}"
        keys[key] = index
    return keys


def _common_type(key: str, tables: list[RawTable], maps: list[dict[str, int]]) -> str:
    found = {t.natives[m[key]] for t, m in zip(tables, maps, strict=True) if key in m}
    if len(found) == 1:
        return found.pop()
    return "DOUBLE" if found == {"BIGINT", "DOUBLE"} else "VARCHAR"


def _select(table: RawTable, mapping: dict[str, int], keys: list[str], natives: list[str]) -> str:
    columns = [
        f"CAST({f'c{mapping[key]}' if key in mapping else 'NULL'} AS {native}) AS c{i}"
        for i, (key, native) in enumerate(zip(keys, natives, strict=True))
    ]
    return f"(SELECT {', '.join(columns)} FROM {table.table} ORDER BY rowid)"


def _notes(
    tables: list[RawTable],
    files: list[str],
    maps: list[dict[str, int]],
    keys: dict[str, str],
    space: Workspace,
) -> list[str]:
    notes = [f"{len(files)} files were put under each other: {', '.join(files[:10])}."]
    for table, file, mapping in zip(tables, files, maps, strict=True):
        notes += [f"{file}: {note}" for note in table.notes]
        lacking = [name for key, name in keys.items() if key not in mapping]
        if lacking:
            notes.append(f"{file} lacks {len(lacking)} columns: {', '.join(lacking[:10])}.")
    for key, name in keys.items():
        told = name or f"column {int(key[1:]) + 1}"
        notes += _clashes(told, key, tables, maps, space)
    return notes


def _clashes(
    name: str, key: str, tables: list[RawTable], maps: list[dict[str, int]], space: Workspace
) -> list[str]:
    """Labels that different files spell differently (`yes` and `Yes.`): told, never merged."""
    spellings: dict[str, set[str]] = {}
    for table, mapping in zip(tables, maps, strict=True):
        if key not in mapping or table.natives[mapping[key]] != "VARCHAR":
            continue
        found = space.rows(
            f"SELECT DISTINCT trim(c{mapping[key]}) FROM {table.table} LIMIT {_MOST_LABELS + 1}"
        )
        if len(found) > _MOST_LABELS:
            return []
        for (label,) in found:
            if label and not _NUMBER.fullmatch(label):
                spellings.setdefault(re.sub(r"[^\w<>=]+", "", label).casefold(), set()).add(label)
    pairs = [
        " and ".join(map(repr, sorted(s))) for k, s in sorted(spellings.items()) if k and len(s) > 1
    ]
    if not pairs:
        return []
    return [f"{name}: labels are spelled differently and were not merged: {'; '.join(pairs[:5])}."]


def _lines(tables: list[RawTable], rows: list[int]) -> list[int]:
    """Lines within the file that each row came from."""
    lines = []
    for row in rows:
        rest = row
        for table in tables:
            if rest < table.rows:
                lines.append(table.line_of([rest])[0])
                break
            rest -= table.rows
    return lines
