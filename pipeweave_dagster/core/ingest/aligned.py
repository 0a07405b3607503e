# ruff: noqa: S608 - names and texts in SQL go through `identifier` and `literal`
"""Read rows to predict in the types the model was trained on; no row is ever dropped."""

from pathlib import Path

from pipeweave_dagster.core.documents import DatasetSnapshot, Payload, SnapshotColumn
from pipeweave_dagster.core.ingest.date_parsers import DATES, DATETIMES, TIMES, union
from pipeweave_dagster.core.ingest.decisions import trimmed
from pipeweave_dagster.core.ingest.guesses import is_null_token
from pipeweave_dagster.core.ingest.limits import IngestLimits
from pipeweave_dagster.core.ingest.plans import Known
from pipeweave_dagster.core.ingest.raw_table import RawTable
from pipeweave_dagster.core.ingest.table import read_raw
from pipeweave_dagster.core.ingest.value_parsers import (
    BOOLEAN,
    INTEGER,
    NUMBER,
    PLAIN_NUMBERS,
    TEXT,
    Parser,
    affixed_parser,
)
from pipeweave_dagster.core.ingest.workspace import Workspace, identifier, literal, workspace

_SQL = {
    "integer": "BIGINT",
    "number": "DOUBLE",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "datetime": "TIMESTAMP",
    "time": "TIME",
    "text": "VARCHAR",
}
_MEDIA = "application/vnd.apache.parquet"


def align(
    file: Path, name: str, columns: list[SnapshotColumn], out: Path, limits: IngestLimits
) -> DatasetSnapshot:
    """Read a batch; see `read_aligned`."""
    known = tuple(n for c in columns for n in {c.name, c.original_name} if n.strip())
    with workspace(out, limits) as space:
        raw = read_raw(file, name, "raw0", space, Known(known, keep_all=True))
        return _align(raw, columns, out, space)


def _align(
    raw: RawTable, columns: list[SnapshotColumn], out: Path, space: Workspace
) -> DatasetSnapshot:
    places = _places(raw, columns)
    stored, selected, notes = [], [], list(raw.notes)
    for column in columns:
        index = places.get(column.name)
        if index is None:
            notes.append(f"The batch lacks the column {column.name!r}.")
            continue
        expression, note = _expression(raw, index, column, space)
        selected.append(f"{expression} AS {identifier(column.name)}")
        stored.append((column, note))
        notes += [note] if note else []
    extra = [j for j in range(len(raw.names)) if j not in places.values()]
    names = {c.name.casefold() for c in columns}
    for j in extra:
        label = raw.names[j].strip() or f"column_{j + 1}"
        while label.casefold() in names:
            label += "_extra"
        names.add(label.casefold())
        selected.append(f"CAST(c{j} AS VARCHAR) AS {identifier(label)}")
        stored.append(
            (SnapshotColumn(name=label, original_name=raw.names[j], type="text", missing=0), None)
        )
    if extra:
        told = "1 column" if len(extra) == 1 else f"{len(extra)} columns"
        notes.append(f"The batch has {told} that the training data had not.")
    path = out / "data.parquet"
    space.db.execute(
        f"COPY (SELECT {', '.join(selected)} FROM {raw.table} ORDER BY rowid)"
        f" TO {literal(str(path))} (FORMAT parquet, COMPRESSION zstd)"
    )
    return DatasetSnapshot(
        dialect=raw.dialect,
        rows_read=raw.rows,
        rows=raw.rows,
        rows_quarantined=0,
        columns=_counted(stored, path, space),
        data=Payload.of(path, _MEDIA),
        notes=notes,
    )


def _places(raw: RawTable, columns: list[SnapshotColumn]) -> dict[str, int]:
    """Which column of the batch each training column is: by name, else by position."""
    if not any(n.strip() for n in raw.names):
        return {c.name: i for i, c in enumerate(columns) if i < len(raw.names)}
    places: dict[str, int] = {}
    for column in columns:
        for key in (column.original_name, column.name):
            for match in (str, _plain):
                found = [
                    j
                    for j, n in enumerate(raw.names)
                    if n.strip() and match(n) == match(key) and j not in places.values()
                ]
                if found and column.name not in places:
                    places[column.name] = found[0]
    return places


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()


def _expression(
    raw: RawTable, index: int, column: SnapshotColumn, space: Workspace
) -> tuple[str, str | None]:
    """SQL of the column in its training type, and a note if values did not fit."""
    native, wanted = raw.natives[index], _SQL[column.type]
    value = f"c{index}"
    if native == "VARCHAR":
        value = trimmed(value)
        expression = _cast_text(value, column)
    elif column.type == "integer" and native == "DOUBLE":
        expression = f"CASE WHEN {value} = floor({value}) THEN TRY_CAST({value} AS BIGINT) END"
    else:
        expression = f"TRY_CAST({value} AS {wanted})"
    lost = space.rows(
        f"SELECT CAST({value} AS VARCHAR), count(*) FROM {raw.table}"
        f" WHERE {value} IS NOT NULL AND {expression} IS NULL GROUP BY 1 ORDER BY 2 DESC, 1"
    )
    odd = [(str(v), n) for v, n in lost if not is_null_token(str(v))]
    if not odd:
        return expression, None
    shown = ", ".join(repr(v[:40]) for v, _ in odd[:3])
    return expression, (
        f"{column.name}: {sum(n for _, n in odd)} values are no {column.type} as in training"
        f" and count as missing: {shown}."
    )


def _cast_text(value: str, column: SnapshotColumn) -> str:
    parsers = [parser_of(column)]
    if column.type == "number":
        parsers += [p for p in (NUMBER,) if p not in parsers]
    elif column.type == "boolean":
        return (
            f"CASE WHEN lower({value}) IN ('true', 't', '1', 'yes') THEN true"
            f" WHEN lower({value}) IN ('false', 'f', '0', 'no') THEN false END"
        )
    elif column.type in {"date", "datetime"}:
        parsers += [p for p in (*DATES[:1], *DATETIMES[:2]) if p not in parsers]
    if column.type == "integer":  # 3.0 is an integer that a spreadsheet wrote
        value = f"regexp_replace({value}, '^([+-]?[0-9]+)\\.0+$', '\\1')"
    casts = [
        f"CASE WHEN {p.fits_sql(value)} THEN CAST({p.cast_sql(value)} AS {_SQL[column.type]}) END"
        for p in parsers
    ]
    return f"coalesce({', '.join(casts)})"


def parser_of(column: SnapshotColumn) -> Parser:
    """The parser that the column's type, format and unit name."""
    if column.type == "text":
        return TEXT
    if column.type == "boolean":
        return BOOLEAN
    format_ = column.format or ""
    if column.type in {"integer", "number"}:
        if format_.startswith("number with "):
            return affixed_parser(column.unit, "k/M/B" in format_, "decimal ','" in format_)
        plain = {p.format or p.type: p for p in PLAIN_NUMBERS}
        return plain.get(format_ or column.type, INTEGER if column.type == "integer" else NUMBER)
    known = {p.format: p for p in (*DATES, *DATETIMES, *TIMES)}
    if " or " in format_:
        first, second = format_.split(" or ", 1)
        return union(known[first], known[second])
    return known.get(column.format, DATES[0] if column.type == "date" else DATETIMES[1])


def _counted(
    stored: list[tuple[SnapshotColumn, str | None]], path: Path, space: Workspace
) -> list[SnapshotColumn]:
    counts = ", ".join(f"count(*) - count({identifier(c.name)})" for c, _ in stored)
    missing = space.one(f"SELECT {counts} FROM read_parquet({literal(str(path))})")
    return [
        c.model_copy(update={"missing": m, "note": note})
        for (c, note), m in zip(stored, missing, strict=True)
    ]
