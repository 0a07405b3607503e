"""From uploaded files to the typed table: unwrap, read, put together, decide, store."""

import logging
from collections.abc import Iterator
from pathlib import Path

import duckdb

from pipeweave_dagster.core.documents import ColumnSetting, DatasetSnapshot
from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.ingest.base.column_names import unique_names
from pipeweave_dagster.core.ingest.base.containers import Content, unwrap
from pipeweave_dagster.core.ingest.base.limits import IngestLimits
from pipeweave_dagster.core.ingest.base.raw_table import RawTable, drop_empty_columns
from pipeweave_dagster.core.ingest.base.workspace import Workspace, workspace
from pipeweave_dagster.core.ingest.combine_files import combine
from pipeweave_dagster.core.ingest.fast_path import read_fast
from pipeweave_dagster.core.ingest.formats import self_describing
from pipeweave_dagster.core.ingest.formats.relations import Format
from pipeweave_dagster.core.ingest.store_table import store
from pipeweave_dagster.core.ingest.text import delimited
from pipeweave_dagster.core.ingest.text.read_plan import NOTHING_KNOWN, Known
from pipeweave_dagster.core.ingest.types.date_parsers import named
from pipeweave_dagster.core.ingest.types.decide_types import decide
from pipeweave_dagster.core.ingest.types.value_parsers import TEXT, Parser

_log = logging.getLogger(__name__)


def ingest_files(
    files: list[tuple[Path, str]],
    out: Path,
    limits: IngestLimits,
    columns: dict[str, ColumnSetting] | None = None,
) -> DatasetSnapshot:
    """Read files (path and name each) into `out/data.parquet`; see `ingest`."""
    if not files:
        raise validation_error("The upload has no files.", fix="Upload at least one file.")
    size = sum(path.stat().st_size for path, _ in files)
    with workspace(out, limits, size) as space:
        try:
            asked = {k.strip().casefold(): p for k, p in _asked(columns or {}) if p is not None}
            fast = _one_fast(files, out, space, asked)
            snapshot = fast or _thorough(files, out, space, asked)
        except duckdb.OutOfMemoryException as error:
            raise validation_error(
                f"The data does not fit into {limits.memory_mb} MB of working memory.",
                fix="Give the worker more memory, or upload less.",
            ) from error
    _log.info(
        "%s rows read, %s loaded, %s in quarantine; %s columns",
        snapshot.rows_read,
        snapshot.rows,
        snapshot.rows_quarantined,
        len(snapshot.columns),
    )
    return snapshot


def _one_fast(
    files: list[tuple[Path, str]], out: Path, space: Workspace, asked: dict[str, Parser]
) -> DatasetSnapshot | None:
    if len(files) > 1:
        return None
    content, kind = _opened(*files[0], "fast", space)
    return read_fast(content, out, space, asked) if kind == "csv" else None


def _asked(columns: dict[str, ColumnSetting]) -> Iterator[tuple[str, Parser | None]]:
    """Forms that a person asked for: `text`, or a date with its format (`date:%d/%m/%Y`)."""
    for name, setting in columns.items():
        if setting.type == "text":
            yield name, TEXT
        elif setting.type and ":" in setting.type:
            parser = named(setting.type)
            if parser is None:
                raise validation_error(
                    f"The type {setting.type!r} of column {name!r} is not known.",
                    fix="Write it like date:%d/%m/%Y, date:%m/%d/%Y or datetime:%d/%m/%Y %H:%M.",
                )
            yield name, parser


def _thorough(
    files: list[tuple[Path, str]], out: Path, space: Workspace, asked: dict[str, Parser]
) -> DatasetSnapshot:
    tables = [read_raw(path, name, f"raw{i}", space) for i, (path, name) in enumerate(files)]
    raw = combine(tables, [name for _, name in files], space)
    names, _ = unique_names(raw.names)
    said = {i: asked[n.casefold()] for i, n in enumerate(names) if n.casefold() in asked}
    return store(raw, decide(raw, space, said), out, space)


def _opened(path: Path, name: str, folder: str, space: Workspace) -> tuple[Content, Format]:
    inside = space.folder / folder
    inside.mkdir()
    content = unwrap(path, name, inside, space.limits)
    return content, self_describing.format_of(content)


def read_raw(
    path: Path, name: str, table: str, space: Workspace, known: Known = NOTHING_KNOWN
) -> RawTable:
    """Read one file into a raw table, whatever its format."""
    content, kind = _opened(path, name, table, space)
    _log.info("%s is %s (%s)", name, kind, content.container)
    if kind == "csv":
        raw = delimited.read(content, table, space, known)
    else:
        raw = self_describing.read(content, kind, table, space, known)
    return drop_empty_columns(raw, space)
