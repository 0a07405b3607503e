# ruff: noqa: S608 - names and texts in SQL go through `identifier` and `literal`
"""Read rows to predict with the types of the training data; no row is ever dropped."""

from collections.abc import Callable, Sequence
from pathlib import Path

from pipeweave_dagster.core.documents import DatasetSnapshot, Payload, ReadSetting, SnapshotColumn
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.ingest.base.counted import counted
from pipeweave_dagster.core.ingest.base.limits import IngestLimits
from pipeweave_dagster.core.ingest.base.raw_table import PARQUET_MEDIA_TYPE, SQL_TYPES, RawTable
from pipeweave_dagster.core.ingest.base.sql_quoting import identifier
from pipeweave_dagster.core.ingest.base.workspace import Workspace, workspace
from pipeweave_dagster.core.ingest.build_table import read_raw
from pipeweave_dagster.core.ingest.column_matching import ColumnMatcher
from pipeweave_dagster.core.ingest.text.read_plan import ReadOptions
from pipeweave_dagster.core.ingest.types.casting import (
    Cast,
    uncastable_values,
    write_typed,
)
from pipeweave_dagster.core.ingest.types.date_parsers import DATES, DATETIMES
from pipeweave_dagster.core.ingest.types.null_tokens import is_null_token
from pipeweave_dagster.core.ingest.types.plain_characters import plain_sql
from pipeweave_dagster.core.ingest.types.stacked_columns import column_batches, grouped, stacked
from pipeweave_dagster.core.ingest.types.stored_parser import parser_of_column
from pipeweave_dagster.core.ingest.types.text_forms import NORMAL_TEXT
from pipeweave_dagster.core.ingest.types.type_decisions import trimmed
from pipeweave_dagster.core.ingest.types.typed_dates import is_void_sql
from pipeweave_dagster.core.ingest.types.value_parsers import ROUNDED_NUMBER
from pipeweave_dagster.core.ingest.types.void_dates import is_void_date

_EXACT_IN_FLOAT = 2**53


def read_batch(
    file: Path,
    name: str,
    columns: list[SnapshotColumn],
    out: Path,
    limits: IngestLimits,
    matcher: ColumnMatcher,
    reads: Sequence[ReadSetting | None] = (None,),
) -> DatasetSnapshot:
    """Read a batch; see `read_aligned`."""
    names = tuple(n for c in columns for n in {c.name, c.original_name} if n.strip())
    with workspace(out, limits, [file]) as space:
        raw = _read_fitting((file, name), space, names, reads, lambda n: matcher.fits(n, columns))
        return _store(raw, columns, out, space, matcher.match(raw.names, columns))


def _read_fitting(
    file: tuple[Path, str],
    space: Workspace,
    names: tuple[str, ...],
    reads: Sequence[ReadSetting | None],
    fits: Callable[[list[str]], bool],
) -> RawTable:
    """Read a batch in the first way in which it has a known column, else in the last one."""
    *others, last = reads
    for attempt, read in enumerate(others):
        options = ReadOptions(names, keep_all=True, read=read)
        try:
            raw = read_raw(*file, f"raw{attempt}", space, options)
        except PipeWeaveError:  # all of its rows were taken for lines above the header
            continue
        if fits(raw.names):
            return raw
    raw = read_raw(*file, f"raw{len(others)}", space, ReadOptions(names, keep_all=True, read=last))
    if others:
        raw.notes.append("The `read` settings of the training file do not fit: detected anew.")
    return raw


def _store(
    raw: RawTable,
    columns: list[SnapshotColumn],
    out: Path,
    space: Workspace,
    indices: dict[str, int],
) -> DatasetSnapshot:
    """Write the matched columns with their training types, and further columns as text."""
    matched = {i: c for c in columns if (i := indices.get(c.name)) is not None}
    matched, mismatch_notes = _resolve_types(raw, matched, space)
    casts = [_cast(raw, i, column) for i, column in matched.items()]
    notes = [*raw.notes, *_column_notes(columns, indices, mismatch_notes)]
    stored = [(column, mismatch_notes.get(i)) for i, column in matched.items()]
    extra = _extra_columns(raw, matched, columns)
    casts += [Cast(j, "v", "CAST(v AS VARCHAR)", c.name) for j, c in extra.items()]
    stored += [(column, None) for column in extra.values()]
    path = out / "data.parquet"
    write_typed(space, raw.table, casts, path, "ORDER BY r")
    return DatasetSnapshot(
        dialect=raw.dialect,
        rows_read=raw.rows,
        rows=raw.rows,
        rows_quarantined=0,
        columns=_with_missing(stored, path, space),
        data=Payload.of(path, PARQUET_MEDIA_TYPE),
        notes=notes,
    )


def _extra_columns(
    raw: RawTable, matched: dict[int, SnapshotColumn], columns: list[SnapshotColumn]
) -> dict[int, SnapshotColumn]:
    """Return the columns that the model does not use, by index, under unique names."""
    names = {c.name.casefold() for c in columns}
    extra = {}
    for j in range(len(raw.names)):
        if j in matched:
            continue
        name = raw.names[j].strip() or f"column_{j + 1}"
        while name.casefold() in names:
            name += "_extra"
        names.add(name.casefold())
        extra[j] = SnapshotColumn(name=name, original_name=raw.names[j], type="text", missing=0)
    return extra


def _resolve_types(
    raw: RawTable, matched: dict[int, SnapshotColumn], space: Workspace
) -> tuple[dict[int, SnapshotColumn], dict[int, str]]:
    """Return the columns with the types to store, and notes on mismatches, by column index.

    A fraction or a huge number in a column that was integer in training is still more informative
    than a missing value: such a column is read as number, unless a float would change others.
    """
    mismatches = _mismatches(raw, matched, space)
    integers = {i: matched[i] for i in mismatches if matched[i].type == "integer"}
    integers = {i: matched[i] for i in _held_by_floats(raw, integers, space)}
    wider = {i: c.model_copy(update={"type": "number"}) for i, c in integers.items()}
    mismatches = {i: v for i, v in mismatches.items() if i not in wider}
    mismatches |= _mismatches(raw, wider, space)
    matched = matched | wider
    return matched, {i: _mismatch_note(matched[i], values) for i, values in mismatches.items()}


def _mismatches(
    raw: RawTable, columns: dict[int, SnapshotColumn], space: Workspace
) -> dict[int, list[tuple[str, int]]]:
    """Return the values other than null tokens whose cast fails, with counts, by column index."""
    casts = [_cast(raw, i, column) for i, column in columns.items() if column.type != "text"]
    failed = uncastable_values(space, raw.table, casts)
    mismatches = {
        i: [v for v in values if not _is_missing(v[0], columns[i])] for i, values in failed.items()
    }
    return {i: values for i, values in mismatches.items() if values}


def _is_missing(text: str, column: SnapshotColumn) -> bool:
    """Return whether a text stands for a missing value in a column of this type."""
    return is_null_token(text) or (column.type in {"date", "datetime"} and is_void_date(text))


def _held_by_floats(
    raw: RawTable, columns: dict[int, SnapshotColumn], space: Workspace
) -> list[int]:
    """Return the columns whose whole numbers floats hold exactly."""
    casts = {i: _cast(raw, i, column) for i, column in columns.items()}
    alike = grouped({i: (raw.sql_types[i], c.cleaned, c.typed) for i, c in casts.items()})
    held = []
    for (_, cleaned, typed), indices in alike.items():
        for batch in column_batches(indices):
            rows = space.query(
                f"SELECT col FROM {stacked(raw.table, batch, cleaned)} GROUP BY col"
                f" HAVING coalesce(max(abs(CAST({typed} AS HUGEINT))), 0) <= {_EXACT_IN_FLOAT}"
            )
            held += [int(column) for (column,) in rows]
    return held


def _mismatch_note(column: SnapshotColumn, values: list[tuple[str, int]]) -> str:
    examples = ", ".join(repr(value[:40]) for value, _ in values[:3])
    return (
        f"{column.name}: {counted(sum(n for _, n in values), 'value')} not of the training type"
        f" {column.type}, set to missing: {examples}."
    )


def _column_notes(
    columns: list[SnapshotColumn], indices: dict[str, int], mismatch_notes: dict[int, str]
) -> list[str]:
    """Return the notes on mismatches, in the order of the training table."""
    notes = []
    for column in columns:
        index = indices.get(column.name)
        if index is not None and index in mismatch_notes:
            notes.append(mismatch_notes[index])
    return notes


def _cast(raw: RawTable, index: int, column: SnapshotColumn) -> Cast:
    """Return the cast of a column to its training type."""
    value, source, target = "v", raw.sql_types[index], SQL_TYPES[column.type]
    if source == "VARCHAR":
        if column.type == "text":
            return Cast(index, trimmed(value), NORMAL_TEXT.replace("{v}", value), column.name)
        return Cast(index, plain_sql(trimmed(value)), _cast_text(value, column), column.name)
    if column.type in {"date", "datetime"} and source in {"BIGINT", "DOUBLE"}:
        text = f"CAST({value} AS VARCHAR)"  # 20240131 as a number
        return Cast(index, text, _cast_text(value, column), column.name)
    typed = f"TRY_CAST({value} AS {target})"
    if column.type == "integer" and source == "DOUBLE":
        typed = f"CASE WHEN {value} = floor({value}) THEN TRY_CAST({value} AS BIGINT) END"
    elif source in {"DATE", "TIMESTAMP"} and column.type in {"date", "datetime"}:
        typed = f"CASE WHEN NOT {is_void_sql(value)} THEN {typed} END"
    return Cast(index, value, typed, column.name)


def _cast_text(value: str, column: SnapshotColumn) -> str:
    """Return the SQL of a text's typed value, by the training format or a plain one."""
    parsers = [parser_of_column(column)]
    if column.type == "number":
        parsers += [p for p in (ROUNDED_NUMBER,) if p not in parsers]
    elif column.type == "boolean":
        return (
            f"CASE WHEN lower({value}) IN ('true', 't', '1', '1.0', 'yes') THEN true"
            f" WHEN lower({value}) IN ('false', 'f', '0', '0.0', 'no') THEN false END"
        )
    elif column.type in {"date", "datetime"}:
        parsers += [p for p in (*DATES[:1], *DATETIMES[:2]) if p not in parsers]
    if column.type == "integer":  # 3.0 is an integer written by a spreadsheet
        value = f"regexp_replace({value}, '^([+-]?[0-9]+)\\.0+$', '\\1')"
    target = SQL_TYPES[column.type]
    casts = [
        f"CASE WHEN {p.match_sql(value)} THEN CAST({p.cast_sql(value)} AS {target}) END"
        for p in parsers
    ]
    return f"coalesce({', '.join(casts)})"


def _with_missing(
    stored: list[tuple[SnapshotColumn, str | None]], path: Path, space: Workspace
) -> list[SnapshotColumn]:
    """Return the stored columns with their notes and counts of missing values."""
    counts = ", ".join(f"count(*) - count({identifier(c.name)})" for c, _ in stored)
    missing = space.query_row(
        f"SELECT {counts} FROM read_parquet({space.paths.sql(path)}, hive_partitioning = false)"
    )
    return [
        c.model_copy(update={"missing": m, "note": note})
        for (c, note), m in zip(stored, missing, strict=True)
    ]
