# ruff: noqa: S608 - names and texts in SQL go through `identifier` and `literal`
"""Write the typed table and the quarantine, and describe both in the snapshot."""

import re
from pathlib import Path

from pipeweave_dagster.core.documents import (
    DatasetSnapshot,
    Dialect,
    Payload,
    SnapshotColumn,
    StorageType,
)
from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.ingest.base.column_names import unique_names
from pipeweave_dagster.core.ingest.base.raw_table import RawTable
from pipeweave_dagster.core.ingest.base.workspace import Workspace, literal
from pipeweave_dagster.core.ingest.types.casting import Cast, write_typed
from pipeweave_dagster.core.ingest.types.type_decisions import Decision, trimmed
from pipeweave_dagster.core.ingest.types.value_parsers import TEXT

_MEDIA = "application/vnd.apache.parquet"
_STORAGE: dict[str, StorageType] = {
    "BIGINT": "integer",
    "DOUBLE": "number",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIMESTAMP": "datetime",
    "TIME": "time",
}
_LISTED = 5


def store(
    raw: RawTable, decisions: dict[int, Decision], out: Path, space: Workspace
) -> DatasetSnapshot:
    """Cast every column strictly, put rows with misfits aside, and account for every row.

    Raises:
        PipeWeaveError: `VALIDATION_ERROR` if not one row is left.
    """
    names, name_notes = unique_names(raw.names)
    bad = _bad_rows(raw, decisions, names, space)
    rejected = sorted(
        [(r.line, r.reason, r.text) for r in raw.rejected] + bad, key=lambda r: (r[0], r[1])
    )
    if raw.rows == len(bad):
        raise validation_error("No row could be read.", fix="See the quarantine for the reasons.")
    _copy(raw, decisions, names, out / "data.parquet", space)
    quarantine = _quarantine(rejected, out / "quarantine.parquet") if rejected else None
    raw.notes += [*name_notes, *_quarantine_notes(rejected)]
    snapshot = described(raw, decisions, names, out / "data.parquet")
    return snapshot.model_copy(
        update={
            "rows_read": raw.rows + len(raw.rejected),
            "rows_quarantined": len(rejected),
            "quarantine": quarantine,
        }
    )


def described(
    raw: RawTable, decisions: dict[int, Decision], names: list[str], path: Path
) -> DatasetSnapshot:
    """The snapshot of a typed file that was just written, with nothing in quarantine."""
    import pyarrow.parquet as pq

    metadata = pq.read_metadata(path)
    missing = [0] * len(names)
    for group in range(metadata.num_row_groups):
        for i in range(len(names)):
            statistics = metadata.row_group(group).column(i).statistics
            missing[i] += (statistics.null_count or 0) if statistics else 0
    columns = [_column(raw, decisions.get(i), i, name, missing[i]) for i, name in enumerate(names)]
    return DatasetSnapshot(
        dialect=_numbers(raw, decisions),
        rows_read=metadata.num_rows,
        rows=metadata.num_rows,
        rows_quarantined=0,
        columns=columns,
        data=Payload.of(path, _MEDIA),
        notes=[*raw.notes, *_notes(columns)],
    )


def _numbers(raw: RawTable, decisions: dict[int, Decision]) -> Dialect:
    formats = {d.parser.format or "" for d in decisions.values()}
    decimal = "," if any("decimal ','" in f for f in formats) else None
    thousands = "," if any("thousands ','" in f for f in formats) else None
    return raw.dialect.model_copy(update={"decimal": decimal, "thousands": thousands})


def _condition(decisions: dict[int, Decision]) -> dict[int, str]:
    """SQL condition per column with misfits: the row holds one."""
    conditions = {}
    for i, decision in decisions.items():
        if not decision.misfits:
            continue
        value = trimmed(f"c{i}")
        known = "".join(f" AND {value} <> {literal(t)}" for t in decision.null_tokens)
        conditions[i] = f"({value} IS NOT NULL AND NOT {decision.parser.fits_sql(value)}{known})"
    return conditions


def _bad_rows(
    raw: RawTable, decisions: dict[int, Decision], names: list[str], space: Workspace
) -> list[tuple[int, str, str]]:
    conditions = _condition(decisions)
    space.db.execute("CREATE OR REPLACE TEMP TABLE bad (r BIGINT)")
    if not conditions:
        return []
    space.db.execute(
        f"INSERT INTO bad SELECT rowid FROM {raw.table} WHERE {' OR '.join(conditions.values())}"
    )
    flags = ", ".join(f"CASE WHEN {c} THEN c{i} END" for i, c in conditions.items())
    whole = (
        "concat_ws(chr(31), "
        + ", ".join(f"coalesce(CAST(c{i} AS VARCHAR), '')" for i in range(len(names)))
        + ")"
    )
    found = space.rows(
        f"SELECT rowid, left({whole}, 10000), {flags} FROM {raw.table}"
        " WHERE rowid IN (SELECT r FROM bad) ORDER BY rowid"
    )
    lines = raw.line_of([int(f[0]) for f in found])
    bad = []
    for line, (_, text, *values) in zip(lines, found, strict=True):
        reasons = [
            f"{names[i]}: {str(v)[:80]!r} is no {decisions[i].parser.type}"
            for i, v in zip(conditions, values, strict=True)
            if v is not None
        ]
        bad.append((line, "; ".join(reasons), str(text)))
    return bad


def _cast(index: int, name: str, decision: Decision | None) -> Cast:
    """How one column is stored."""
    value = f"c{index}"
    if decision is None:
        return Cast(index, value, value, name)
    cleaned = trimmed(value)
    for token in decision.null_tokens:
        cleaned = f"nullif({cleaned}, {literal(token)})"
    parser = decision.parser
    if parser is TEXT:
        return Cast(index, cleaned, value, name)
    typed = f"CASE WHEN {parser.fits_sql(value)} THEN {parser.cast_sql(value)} END"
    return Cast(index, cleaned, typed, name)


def _copy(
    raw: RawTable, decisions: dict[int, Decision], names: list[str], path: Path, space: Workspace
) -> None:
    casts = [_cast(i, name, decisions.get(i)) for i, name in enumerate(names)]
    without = ""
    if space.one("SELECT count(*) FROM bad")[0]:
        without = "WHERE r NOT IN (SELECT r FROM bad) ORDER BY r"
    write_typed(space, raw.table, casts, path, without)


def _quarantine(rejected: list[tuple[int, str, str]], path: Path) -> Payload:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table(
        {
            "line": pa.array([r[0] for r in rejected], pa.int64()),
            "reason": pa.array([r[1] for r in rejected], pa.string()),
            "record": pa.array([r[2] for r in rejected], pa.string()),
        }
    )
    pq.write_table(table, path)
    return Payload.of(path, _MEDIA)


def _column(
    raw: RawTable, decision: Decision | None, index: int, name: str, missing: int
) -> SnapshotColumn:
    if decision is None:
        storage = _STORAGE[raw.natives[index]]
        return SnapshotColumn(
            name=name, original_name=raw.names[index], type=storage, missing=missing
        )
    parser = decision.parser
    said = [decision.note] if decision.note else []
    if decision.null_tokens:
        listed = ", ".join(f"{t!r} ({n})" for t, n in decision.null_tokens.items())
        said.append(f"Read as missing, because the column holds {parser.type}s: {listed}.")
    return SnapshotColumn(
        name=name,
        original_name=raw.names[index],
        type=parser.type,
        missing=missing,
        format=parser.format,
        unit=parser.unit,
        note=" ".join(said) or None,
    )


def _notes(columns: list[SnapshotColumn]) -> list[str]:
    return [f"{c.name}: {c.note}" for c in columns if c.note]


_QUOTED = re.compile(r": ('(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\") is no ")


def _quarantine_notes(rejected: list[tuple[int, str, str]]) -> list[str]:
    """Where and why; the values stand in the quarantine alone, for they may be personal."""
    if not rejected:
        return []
    reasons = [(line, _QUOTED.sub(" is no ", reason)) for line, reason, _ in rejected[:_LISTED]]
    listed = "; ".join(f"line {line}: {reason}" for line, reason in reasons)
    more = f"; and {len(rejected) - _LISTED} more" if len(rejected) > _LISTED else ""
    return [f"{len(rejected)} rows were put in quarantine: {listed}{more}."]
