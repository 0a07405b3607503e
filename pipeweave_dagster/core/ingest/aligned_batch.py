# ruff: noqa: S608 - names and texts in SQL go through `identifier` and `literal`
"""Read rows to predict with the types of the training data; no row is ever dropped."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa
from pydantic import SecretStr

from pipeweave_dagster.core.documents import DatasetSnapshot, Payload, ReadSetting, SnapshotColumn
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.ingest.base.limits import IngestLimits
from pipeweave_dagster.core.ingest.base.raw_table import PARQUET_MEDIA_TYPE, RawTable
from pipeweave_dagster.core.ingest.base.workspace import Workspace, workspace
from pipeweave_dagster.core.ingest.batch_columns import ARROW_TYPES
from pipeweave_dagster.core.ingest.batch_fast_path import read_fast
from pipeweave_dagster.core.ingest.batch_flags import flags_of_table, with_flags_of_training
from pipeweave_dagster.core.ingest.batch_types import decide_types
from pipeweave_dagster.core.ingest.build_table import read_raw
from pipeweave_dagster.core.ingest.column_matching import ColumnMatcher
from pipeweave_dagster.core.ingest.further_columns import further_columns, kept_columns
from pipeweave_dagster.core.ingest.hash_columns import (
    hash_columns,
    needed_key,
    refuse_other_key,
)
from pipeweave_dagster.core.ingest.text.read_options import ReadOptions
from pipeweave_dagster.core.ingest.typed_file import TypedFile, table_blocks
from pipeweave_dagster.core.ingest.types.casting import Cast, create_typed
from pipeweave_dagster.core.model.column_names import fold_name
from pipeweave_dagster.core.model.hashed_values import HASHED_FORM, hashed_again_note


def read_batch(  # noqa: PLR0913, PLR0917 - as `read_aligned`
    file: Path,
    name: str,
    columns: list[SnapshotColumn],
    out: Path,
    limits: IngestLimits,
    matcher: ColumnMatcher,
    reads: Sequence[ReadSetting | None] = (None,),
    key: SecretStr | None = None,
) -> DatasetSnapshot:
    """Read a batch; see `read_aligned`."""
    hashes = matcher.hashed or any(c.privacy == "hash" for c in columns)
    with workspace(out, limits, [file]) as space:
        fast = None
        flags = flags_of_table(matcher.table, columns)
        if not hashes and not flags:
            fast = read_fast((file, name), columns, out, space, matcher, reads[0])
        if fast is not None:
            return fast
        raw = read_fitting((file, name), space, columns, reads, matcher)
        raw = with_flags_of_training(raw, flags, columns, matcher, space)
        places = matcher.match(raw.names, columns)
        places |= matcher.match_kept(raw.names, places)
        raw = _with_hashes(raw, columns, places, matcher, key, space)
        wanted = [*columns, *kept_columns(places, columns)]
        return _store(raw, wanted, out, space, places, matcher.withheld)


def _with_hashes(
    raw: RawTable,
    columns: list[SnapshotColumn],
    places: Mapping[str, int],
    matcher: ColumnMatcher,
    key: SecretStr | None,
    space: Workspace,
) -> RawTable:
    """Hash what was hashed for training, and further columns that the settings name."""
    trained = {c.name: c for c in columns if c.privacy == "hash" and c.name in places}
    wanted = {fold_name(name) for name in matcher.hashed}
    by_name = {name: i for name, i in places.items() if fold_name(name) in wanted}
    found = {places[name] for name in trained} | {*by_name.values()}
    found |= {i for i, name in enumerate(raw.names) if fold_name(name) in wanted}
    if not found:
        return raw
    known = needed_key(key, [raw.names[i] for i in sorted(found)])
    for column in trained.values():
        refuse_other_key(column, known)
        if _are_hashes(raw, places[column.name], space):
            raw.notes.append(hashed_again_note(column.name))
    missing = {places[name]: column.missing_values for name, column in trained.items()}
    return hash_columns(raw, found, known, space, missing)


def _are_hashes(raw: RawTable, column: int, space: Workspace) -> bool:
    text = f"trim(CAST(c{column} AS VARCHAR))"
    (found,) = space.query_row(
        f"SELECT bool_and(regexp_full_match(nullif({text}, ''), '{HASHED_FORM}')) FROM {raw.table}"
    )
    return bool(found)


def read_fitting(
    file: tuple[Path, str],
    space: Workspace,
    columns: list[SnapshotColumn],
    reads: Sequence[ReadSetting | None],
    matcher: ColumnMatcher,
) -> RawTable:
    """Read a batch in the first way in which it has a known column, else in the last one."""
    names = tuple(n for c in columns for n in {c.name, c.original_name} if n.strip())
    *others, last = reads
    for attempt, read in enumerate(others):
        options = ReadOptions(names, keep_all=True, read=read, table=matcher.table)
        try:
            raw = read_raw(*file, f"raw{attempt}", space, options)
        except PipeWeaveError:  # all of its rows were taken for lines above the header
            continue
        if matcher.fits(raw.names, columns):
            return raw
    options = ReadOptions(names, keep_all=True, read=last, table=matcher.table)
    raw = read_raw(*file, f"raw{len(others)}", space, options)
    if others:
        raw.notes.append("The `read` settings of the training file do not fit: detected anew.")
    return raw


def _store(
    raw: RawTable,
    columns: list[SnapshotColumn],
    out: Path,
    space: Workspace,
    indices: dict[str, int],
    withheld: Sequence[str] = (),
) -> DatasetSnapshot:
    """Write the matched columns with their training types, and further columns as text."""
    matched = {i: c for c in columns if (i := indices.get(c.name)) is not None}
    types = decide_types(raw, matched, space)
    casts = [column.cast(raw) for column in types.columns]
    found = sorted(types.columns, key=lambda c: list(matched).index(c.position))
    notes = [*raw.notes, *(note for c in found for note in types.notes.get(c.position, []))]
    stored = [(c.column, " ".join(types.notes.get(c.position, [])) or None) for c in types.columns]
    extra = further_columns(raw.names, matched, columns, withheld)
    casts += [Cast(j, "v", "CAST(v AS VARCHAR)", c.name) for j, c in extra.items()]
    stored += [(column, None) for column in extra.values()]
    path = out / "data.parquet"
    kinds = [ARROW_TYPES[column.type] for column, _ in stored]
    schema = pa.schema([(c.name, kind) for c, kind in zip(casts, kinds, strict=True)])
    with TypedFile(path, schema) as typed:
        for part in table_blocks(space, create_typed(space, raw.table, casts, "ORDER BY r")):
            typed.write(part)
    return DatasetSnapshot(
        dialect=raw.dialect,
        rows_read=raw.rows,
        rows=raw.rows,
        rows_quarantined=0,
        columns=_with_missing(stored, typed.missing),
        data=Payload.of(path, PARQUET_MEDIA_TYPE),
        set_missing={
            c.column.name: sum(n for _, n in types.unread[c.position])
            for c in found
            if c.position in types.unread
        },
        notes=notes,
    )


def _with_missing(
    stored: list[tuple[SnapshotColumn, str | None]], missing: list[int]
) -> list[SnapshotColumn]:
    """Return the stored columns with their notes and counts of missing values."""
    return [
        c.model_copy(update={"missing": m, "note": note})
        for (c, note), m in zip(stored, missing, strict=True)
    ]
