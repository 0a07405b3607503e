"""Write the typed table and the quarantine, and describe both in the snapshot."""

from collections.abc import Mapping
from pathlib import Path

from pipeweave_dagster.core.documents import (
    DatasetSnapshot,
    Dialect,
    Payload,
    SnapshotColumn,
)
from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.ingest.base.column_names import unique_names
from pipeweave_dagster.core.ingest.base.raw_table import (
    PARQUET_MEDIA_TYPE,
    STORAGE_TYPES,
    RawTable,
)
from pipeweave_dagster.core.ingest.base.sql_quoting import literal
from pipeweave_dagster.core.ingest.base.workspace import Workspace
from pipeweave_dagster.core.ingest.quarantine import (
    QuarantinedRow,
    find_mismatched_rows,
    quarantine_notes,
    write_quarantine,
)
from pipeweave_dagster.core.ingest.totals import notes_on_totals, with_totals_named
from pipeweave_dagster.core.ingest.types.bounds import LOWER_BOUND
from pipeweave_dagster.core.ingest.types.casting import Cast, write_typed
from pipeweave_dagster.core.ingest.types.column_types import quoted
from pipeweave_dagster.core.ingest.types.spellings import spellings_of
from pipeweave_dagster.core.ingest.types.type_decisions import (
    TypeDecision,
    described_texts,
    trimmed,
)
from pipeweave_dagster.core.ingest.types.value_parsers import TEXT

_MOST_LEFT_OUT = 100


def store_table(
    raw: RawTable, decisions: dict[int, TypeDecision], out: Path, space: Workspace
) -> DatasetSnapshot:
    """Cast every column strictly, quarantine rows with mismatches, and account for every row.

    Raises:
        PipeWeaveError: `VALIDATION_ERROR` if no row is left.
    """
    names, name_notes = unique_names(raw.names)
    mismatched = with_totals_named(find_mismatched_rows(raw, decisions, names, space), raw.totals)
    quarantined = sorted(
        [QuarantinedRow(r.line, r.reason, r.text) for r in raw.rejected] + mismatched,
        key=lambda row: (row.line, row.reason),
    )
    if raw.rows == len(mismatched):
        raise validation_error("No row could be read.", fix="See the quarantine for the reasons.")
    _write(raw, decisions, names, out / "data.parquet", space)
    left_out = [int(r) for (r,) in space.query("SELECT r FROM bad ORDER BY r")]
    raw.notes += notes_on_totals(raw, out / "data.parquet", left_out)
    quarantine = write_quarantine(quarantined, out / "quarantine.parquet") if quarantined else None
    raw.notes += [*name_notes, *quarantine_notes(quarantined)]
    spellings = spellings_of(decisions, space, raw.notes)
    snapshot = describe_table(raw, decisions, names, out / "data.parquet", spellings)
    return snapshot.model_copy(
        update={
            "rows_read": raw.rows + len(raw.rejected),
            "rows_quarantined": len(quarantined),
            "notes_quarantined": sum(r.is_note for r in raw.rejected),
            "quarantine": quarantine,
        }
    )


def describe_table(
    raw: RawTable,
    decisions: dict[int, TypeDecision],
    names: list[str],
    path: Path,
    spellings: Mapping[int, dict[str, dict[str, int]]],
) -> DatasetSnapshot:
    """Return the snapshot of a typed file that was just written, without quarantine."""
    rows, missing = count_missing(path)
    columns = [
        _column(raw, decisions.get(i), i, name, missing[i]).model_copy(
            update={"spellings": spellings.get(i, {})}
        )
        for i, name in enumerate(names)
    ]
    return DatasetSnapshot(
        dialect=_with_number_marks(raw, decisions),
        rows_read=rows,
        rows=rows,
        rows_quarantined=0,
        columns=columns,
        data=Payload.of(path, PARQUET_MEDIA_TYPE),
        left_out=raw.left_out[:_MOST_LEFT_OUT],
        notes=[
            *raw.notes,
            *(f"{c.name}: {text}" for c in columns for text in (c.note, c.doubt) if text),
        ],
    )


def count_missing(path: Path) -> tuple[int, list[int]]:
    """Return the number of rows of a typed file, and that of missing values of each column."""
    import pyarrow.parquet as pq

    metadata = pq.read_metadata(path)
    missing = [0] * metadata.num_columns
    for number in range(metadata.num_row_groups):
        group = metadata.row_group(number)
        for i in range(metadata.num_columns):
            statistics = group.column(i).statistics
            missing[i] += (statistics.null_count or 0) if statistics else 0
    return metadata.num_rows, missing


def _with_number_marks(raw: RawTable, decisions: dict[int, TypeDecision]) -> Dialect:
    """Return the dialect with the decimal and thousands marks of the number formats."""
    formats = {d.parser.format or "" for d in decisions.values()}
    decimal = "," if any("decimal ','" in f for f in formats) else None
    thousands = "," if any("thousands ','" in f for f in formats) else None
    return raw.dialect.model_copy(update={"decimal": decimal, "thousands": thousands})


def _cast(index: int, name: str, decision: TypeDecision | None) -> Cast:
    """Return the cast of a column; columns without a decision are typed already."""
    value = "v"
    if decision is None:
        return Cast(index, value, value, name)
    parser = decision.parser
    cleaned = trimmed(value) if parser is TEXT else decision.text_sql(value)
    for token in decision.null_tokens:
        cleaned = f"nullif({cleaned}, {literal(token)})"
    if parser is TEXT:
        return Cast(index, cleaned, decision.prepare.replace("{v}", value), name)
    typed = parser.cast_sql(value)
    if decision.mismatches or decision.verified is not parser:
        typed = f"CASE WHEN {parser.match_sql(value)} THEN {typed} END"
    return Cast(index, cleaned, typed, name)


def _write(
    raw: RawTable,
    decisions: dict[int, TypeDecision],
    names: list[str],
    path: Path,
    space: Workspace,
) -> None:
    casts = [_cast(i, name, decisions.get(i)) for i, name in enumerate(names)]
    where = ""
    if space.query_row("SELECT count(*) FROM bad")[0]:
        where = "WHERE r NOT IN (SELECT r FROM bad) ORDER BY r"
    write_typed(space, raw.table, casts, path, where)


def _with_name(text: str, name: str) -> str:
    """Return a note whose settings name the column they are about."""
    return text.replace("{NAME: ", f"{{{quoted(name)}: ") if name.strip() else text


def _column(
    raw: RawTable, decision: TypeDecision | None, index: int, name: str, missing: int
) -> SnapshotColumn:
    if decision is None:
        storage = STORAGE_TYPES[raw.sql_types[index]]
        return SnapshotColumn(
            name=name, original_name=raw.names[index], type=storage, missing=missing
        )
    parser = decision.parser
    notes = [note for note in (decision.note, parser.note) if note]
    if parser.unit and parser.unit != LOWER_BOUND:
        notes.append(f"The numbers are stored without their unit, {parser.unit}.")
    if decision.null_tokens:
        tokens = described_texts(decision.null_tokens)
        notes.append(f"Stored as missing in a column of type {parser.type}: {tokens}.")
    return SnapshotColumn(
        name=name,
        original_name=raw.names[index],
        type=parser.type,
        missing=missing,
        format=parser.format,
        unit=parser.unit,
        note=_with_name(" ".join(notes), raw.names[index]) or None,
        doubt=decision.doubt and _with_name(decision.doubt, raw.names[index]),
    )
