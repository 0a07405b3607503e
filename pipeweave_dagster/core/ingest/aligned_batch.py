# ruff: noqa: S608 - names and texts in SQL go through `identifier` and `literal`
"""Read rows to predict in the types the model was trained on; no row is ever dropped."""

from pathlib import Path

from pipeweave_dagster.core.documents import DatasetSnapshot, Payload, SnapshotColumn
from pipeweave_dagster.core.ingest.base.limits import IngestLimits
from pipeweave_dagster.core.ingest.base.raw_table import RawTable
from pipeweave_dagster.core.ingest.base.workspace import Workspace, identifier, literal, workspace
from pipeweave_dagster.core.ingest.build_table import read_raw
from pipeweave_dagster.core.ingest.column_matching import Places
from pipeweave_dagster.core.ingest.text.read_plan import Known
from pipeweave_dagster.core.ingest.types.casting import Cast, lost, write_typed
from pipeweave_dagster.core.ingest.types.date_parsers import DATES, DATETIMES, TIMES, union
from pipeweave_dagster.core.ingest.types.format_guesses import is_null_token
from pipeweave_dagster.core.ingest.types.type_decisions import trimmed
from pipeweave_dagster.core.ingest.types.value_parsers import (
    BOOLEAN,
    INTEGER,
    NUMBER,
    PLAIN_NUMBERS,
    TEXT,
    Parser,
    affixed_parser,
)

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
    file: Path,
    name: str,
    columns: list[SnapshotColumn],
    out: Path,
    limits: IngestLimits,
    places: Places,
) -> DatasetSnapshot:
    """Read a batch; see `read_aligned`."""
    known = tuple(n for c in columns for n in {c.name, c.original_name} if n.strip())
    with workspace(out, limits) as space:
        raw = read_raw(file, name, "raw0", space, Known(known, keep_all=True))
        return _align(raw, columns, out, space, places.of(raw.names, columns))


def _align(
    raw: RawTable,
    columns: list[SnapshotColumn],
    out: Path,
    space: Workspace,
    places: dict[str, int],
) -> DatasetSnapshot:
    known = {i: c for c in columns if (i := places.get(c.name)) is not None}
    known, told = _fitted(raw, known, space)
    casts = [_cast(raw, i, column) for i, column in known.items()]
    notes = [*raw.notes, *_of_columns(columns, places, told)]
    stored = [(column, told.get(i)) for i, column in known.items()]
    names = {c.name.casefold() for c in columns}
    extra = [j for j in range(len(raw.names)) if j not in known]
    for j in extra:
        label = raw.names[j].strip() or f"column_{j + 1}"
        while label.casefold() in names:
            label += "_extra"
        names.add(label.casefold())
        casts.append(Cast(j, f"c{j}", f"CAST(c{j} AS VARCHAR)", label))
        stored.append(
            (SnapshotColumn(name=label, original_name=raw.names[j], type="text", missing=0), None)
        )
    if extra:
        many = "1 column" if len(extra) == 1 else f"{len(extra)} columns"
        notes.append(f"The batch has {many} that the model does not use.")
    path = out / "data.parquet"
    write_typed(space, raw.table, casts, path, "ORDER BY r")
    return DatasetSnapshot(
        dialect=raw.dialect,
        rows_read=raw.rows,
        rows=raw.rows,
        rows_quarantined=0,
        columns=_counted(stored, path, space),
        data=Payload.of(path, _MEDIA),
        notes=notes,
    )


def _fitted(
    raw: RawTable, known: dict[int, SnapshotColumn], space: Workspace
) -> tuple[dict[int, SnapshotColumn], dict[int, str]]:
    """The columns with the types that they get, and notes on values that do not fit, by place.

    Where training saw whole numbers alone, a fraction or a huge number still tells more than a
    missing value: such a column is read as numbers.
    """
    found = _misfits(raw, known, space)
    whole = {i: known[i] for i in found if known[i].type == "integer"}
    broader = {i: c.model_copy(update={"type": "number"}) for i, c in whole.items()}
    found = {i: v for i, v in found.items() if i not in broader} | _misfits(raw, broader, space)
    known = known | broader
    return known, {i: _told(known[i], values) for i, values in found.items()}


def _misfits(
    raw: RawTable, known: dict[int, SnapshotColumn], space: Workspace
) -> dict[int, list[tuple[str, int]]]:
    """Values that do not fit and do not mark a missing one, with counts, by place."""
    found = lost(space, raw.table, [_cast(raw, i, column) for i, column in known.items()])
    odd = {i: [v for v in values if not is_null_token(v[0])] for i, values in found.items()}
    return {i: values for i, values in odd.items() if values}


def _cast(raw: RawTable, index: int, column: SnapshotColumn) -> Cast:
    """How a column gets its training type."""
    native, wanted = raw.natives[index], _SQL[column.type]
    value = f"c{index}"
    if native == "VARCHAR":
        return Cast(index, trimmed(value), _cast_text(value, column), column.name)
    typed = f"TRY_CAST({value} AS {wanted})"
    if column.type == "integer" and native == "DOUBLE":
        typed = f"CASE WHEN {value} = floor({value}) THEN TRY_CAST({value} AS BIGINT) END"
    return Cast(index, value, typed, column.name)


def _told(column: SnapshotColumn, odd: list[tuple[str, int]]) -> str:
    """What is said of values that do not fit."""
    shown = ", ".join(repr(value[:40]) for value, _ in odd[:3])
    return (
        f"{column.name}: {sum(n for _, n in odd)} values are no {column.type} as in training"
        f" and count as missing: {shown}."
    )


def _of_columns(
    columns: list[SnapshotColumn], places: dict[str, int], told: dict[int, str]
) -> list[str]:
    """What is to be said of training columns, in their order."""
    notes = []
    for column in columns:
        index = places.get(column.name)
        if index is None:
            notes.append(f"The batch lacks the column {column.name!r}.")
        elif index in told:
            notes.append(told[index])
    return notes


def _cast_text(value: str, column: SnapshotColumn) -> str:
    parsers = [parser_of(column)]
    if column.type == "number":
        parsers += [p for p in (NUMBER,) if p not in parsers]
    elif column.type == "boolean":
        return (
            f"CASE WHEN lower({value}) IN ('true', 't', '1', '1.0', 'yes') THEN true"
            f" WHEN lower({value}) IN ('false', 'f', '0', '0.0', 'no') THEN false END"
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
