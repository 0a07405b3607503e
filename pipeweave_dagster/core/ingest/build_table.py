"""Build the typed table of an upload: unpack, read, combine, infer types, store."""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import duckdb
from pydantic import SecretStr

from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.documents import ColumnSetting, DatasetSnapshot
from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.ingest.base.column_names import unique_names
from pipeweave_dagster.core.ingest.base.containers import Content, unpack
from pipeweave_dagster.core.ingest.base.limits import IngestLimits
from pipeweave_dagster.core.ingest.base.raw_table import RawTable, drop_empty_columns
from pipeweave_dagster.core.ingest.base.workspace import Workspace, workspace
from pipeweave_dagster.core.ingest.combine_files import combine_tables
from pipeweave_dagster.core.ingest.fast_path import is_large, read_fast
from pipeweave_dagster.core.ingest.flag_columns import with_flags
from pipeweave_dagster.core.ingest.formats import self_describing
from pipeweave_dagster.core.ingest.formats.detect_format import detect_format
from pipeweave_dagster.core.ingest.formats.parquet_parts import read_parts, schema_of_parts
from pipeweave_dagster.core.ingest.formats.relations import Format
from pipeweave_dagster.core.ingest.private_columns import (
    is_private,
    leave_out,
    policies_of,
    with_hashes,
    without_values,
)
from pipeweave_dagster.core.ingest.store_table import store_table
from pipeweave_dagster.core.ingest.text import delimited
from pipeweave_dagster.core.ingest.text.read_options import DEFAULT_OPTIONS, ReadOptions
from pipeweave_dagster.core.ingest.text.read_plan import ReadPlan, plan_read
from pipeweave_dagster.core.ingest.types.column_hints import column_hints
from pipeweave_dagster.core.ingest.types.given_missing import remove_given_missing
from pipeweave_dagster.core.ingest.types.infer_types import infer_types
from pipeweave_dagster.core.ingest.types.set_types import apply_set_types
from pipeweave_dagster.core.ingest.types.typed_dates import resolve_typed_dates

_log = logging.getLogger(__name__)


def ingest_files(
    files: list[tuple[Path, str]],
    out: Path,
    limits: IngestLimits,
    columns: dict[str, ColumnSetting] | None = None,
    options: ReadOptions = DEFAULT_OPTIONS,
    key: SecretStr | None = None,
) -> DatasetSnapshot:
    """Read files (path and name each) into `out/data.parquet`; see `ingest`."""
    if not files:
        raise validation_error("The upload has no files.", fix="Upload at least one file.")
    with workspace(out, limits, [path for path, _ in files]) as space:
        try:
            given = columns or {}
            column_hints(given, list(given))  # refuses unknown types before anything is read
            opened = _open(files[0], space, options) if len(files) == 1 else None
            fast = None
            if opened and opened.plan and not any(map(is_private, given.values())):
                fast = read_fast(opened.content, out, space, given, opened.plan)
            snapshot = fast or _read_thoroughly(files, out, space, given, options, opened, key)
        except duckdb.OutOfMemoryException as error:
            raise validation_error(
                f"The data does not fit into {limits.memory_mb} MB of working memory.",
                fix="Give the worker more memory, or upload less data.",
            ) from error
    _log.info(
        "%s read, %s stored, %s quarantined; %s",
        counted(snapshot.rows_read, "row"),
        f"{snapshot.rows:,}",
        f"{snapshot.rows_quarantined:,}",
        counted(len(snapshot.columns), "column"),
    )
    return snapshot


class _Opened(NamedTuple):
    """A file that is unpacked; large text files with the plan of how they are read."""

    content: Content
    format: Format
    plan: ReadPlan | None


def _open(file: tuple[Path, str], space: Workspace, options: ReadOptions) -> _Opened:
    content, format_ = unpack_file(*file, "raw0", space)
    large = format_ == "csv" and is_large(content)
    return _Opened(content, format_, plan_read(content, space.folder, options) if large else None)


def _read_thoroughly(
    files: list[tuple[Path, str]],
    out: Path,
    space: Workspace,
    columns: dict[str, ColumnSetting],
    options: ReadOptions,
    opened: _Opened | None,
    key: SecretStr | None = None,
) -> DatasetSnapshot:
    schema = None
    if len(files) > 1 and options.parts_of_one_table:
        schema = schema_of_parts([path for path, _ in files])
    if schema is not None:
        raw = drop_empty_columns(read_parts(files, schema, "raw0", space), space)
    else:
        tables = [
            _read_opened(opened, "raw0", space, options)
            if opened
            else read_raw(path, name, f"raw{i}", space, options)
            for i, (path, name) in enumerate(files)
        ]
        raw = combine_tables(tables, [name for _, name in files], space)
    headers = raw.names
    policies = policies_of(columns, headers)
    raw, left = leave_out(raw, policies, space)
    names, _ = unique_names(raw.names)
    placeholders = column_hints(columns, names).missing
    raw, columns = with_hashes(raw, left, columns, key, space)
    resolve_typed_dates(raw, space)
    hints = column_hints(columns, names)
    apply_set_types(raw, hints, space)
    remove_given_missing(raw, hints.missing, space)
    raw, decisions = with_flags(raw, infer_types(raw, space, hints), space)
    snapshot = store_table(raw, decisions, out, space)
    snapshot = _with_missing_values(snapshot, {**hints.missing, **placeholders})
    if not policies:
        return snapshot
    withheld = [headers[i] for i, policy in policies.items() if policy == "drop"]
    return without_values(snapshot, left, withheld, out, key)


def _with_missing_values(
    snapshot: DatasetSnapshot, missing: Mapping[int, frozenset[str]]
) -> DatasetSnapshot:
    """Return the snapshot with the listed values of its columns, by which batches are read."""
    columns = [
        c.model_copy(update={"missing_values": sorted(missing.get(i, ()))})
        for i, c in enumerate(snapshot.columns)
    ]
    return snapshot.model_copy(update={"columns": columns})


def unpack_file(path: Path, name: str, folder: str, space: Workspace) -> tuple[Content, Format]:
    """Unpack a file into a new folder of the workspace, and detect its format."""
    target = space.folder / folder
    target.mkdir()
    content = unpack(path, name, target, space.limits)
    return content, detect_format(content)


def read_raw(
    path: Path, name: str, table: str, space: Workspace, options: ReadOptions = DEFAULT_OPTIONS
) -> RawTable:
    """Read one file of any format into a raw table."""
    content, format_ = unpack_file(path, name, table, space)
    return _read_opened(_Opened(content, format_, None), table, space, options)


def _read_opened(opened: _Opened, table: str, space: Workspace, options: ReadOptions) -> RawTable:
    content, format_, plan = opened
    _log.info("%s: format %s, compression %s", content.name, format_, content.container)
    if format_ == "csv":
        raw = delimited.read(content, table, space, options, plan)
    else:
        raw = self_describing.read(content, format_, table, space, options)
    return drop_empty_columns(raw, space)
