# ruff: noqa: S608 - names and texts in SQL go through `identifier` and `literal`
"""Read large batches to predict in one query: read, cast to the training types, and write.

The query raises an error at the first value that has none of the usual forms of its column, and is
no common word for a missing one. Such a batch is then read thoroughly, which decides on other forms
and counts what it cannot read. So both ways give the same table and the same snapshot.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from pipeweave_dagster.core.documents import DatasetSnapshot, Payload, ReadSetting, SnapshotColumn
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.ingest.base.containers import Content
from pipeweave_dagster.core.ingest.base.raw_table import (
    PARQUET_MEDIA_TYPE,
    SQL_TYPES,
    RawStream,
    RawTable,
)
from pipeweave_dagster.core.ingest.base.sql_quoting import identifier, literal
from pipeweave_dagster.core.ingest.base.workspace import Workspace
from pipeweave_dagster.core.ingest.batch_casts import BatchColumn
from pipeweave_dagster.core.ingest.build_table import unpack_file
from pipeweave_dagster.core.ingest.column_matching import ColumnMatcher
from pipeweave_dagster.core.ingest.fast_path import is_large
from pipeweave_dagster.core.ingest.formats.parquet_stream import parquet_stream
from pipeweave_dagster.core.ingest.further_columns import further_columns, kept_columns
from pipeweave_dagster.core.ingest.store_table import count_missing
from pipeweave_dagster.core.ingest.text import bulk_load, plan_description, read_plan
from pipeweave_dagster.core.ingest.text.read_options import ReadOptions
from pipeweave_dagster.core.ingest.types.casting import Cast
from pipeweave_dagster.core.ingest.types.normal_text_sql import PLAIN_ASCII
from pipeweave_dagster.core.ingest.types.type_decisions import ignores_ends
from pipeweave_dagster.core.model.missing_words import is_missing_word

_log = logging.getLogger(__name__)
_WORDS = ("NA", "N/A", "n/a", "na", "NaN", "nan", "NULL", "null", "None", "none", "?", "-")
"""The usual ones: other words for missing values make a batch be read thoroughly."""


def read_fast(
    file: tuple[Path, str],
    columns: list[SnapshotColumn],
    out: Path,
    space: Workspace,
    matcher: ColumnMatcher,
    read: ReadSetting | None,
) -> DatasetSnapshot | None:
    """Read a large batch whose values have the usual forms; None for all others.

    Args:
        file: The batch, and its name.
        columns: The required columns of the training snapshot.
        out: Folder for `data.parquet`.
        space: DuckDB workspace.
        matcher: Matches columns of the batch to those of the training table.
        read: How a text file is read.
    """
    path = out / "data.parquet"
    try:
        content, format_ = unpack_file(*file, "fast", space)
        names = tuple(n for c in columns for n in {c.name, c.original_name} if n.strip())
        options = ReadOptions(names, keep_all=True, read=read)
        if not is_large(content) or format_ not in {"csv", "parquet"}:
            return None
        opened = _text_stream if format_ == "csv" else _parquet_stream
        with opened(content, space, options) as stream:
            if stream is None or not matcher.fits(stream.raw.names, columns):
                return None
            return _store(stream, columns, path, space, matcher)
    except duckdb.OutOfMemoryException:
        raise
    except (duckdb.Error, PipeWeaveError, OSError, ValueError) as error:
        _log.info("read thoroughly: %s", str(error).partition("\n")[0][:150])
        path.unlink(missing_ok=True)
        return None


@contextmanager
def _parquet_stream(
    content: Content, space: Workspace, options: ReadOptions
) -> Iterator[RawStream | None]:
    with parquet_stream(content, space, options.expected_names) as stream:
        yield stream


@contextmanager
def _text_stream(
    content: Content, space: Workspace, options: ReadOptions
) -> Iterator[RawStream | None]:
    plan = read_plan.plan_read(content, space.folder, options)
    first_line, names, width = read_plan.locate_body(plan)
    nameless = any(not name.strip(" \t,;|") for name in names)
    if nameless or width > space.limits.max_columns or not bulk_load.supports(plan.dialect):
        yield None
        return
    source = bulk_load.source_sql(space.paths.sql(plan.text.path), plan.dialect, width, first_line)
    raw = RawTable(
        table=source,
        names=names,
        sql_types=["VARCHAR"] * width,
        dialect=plan_description.dialect_document(content, plan),
        rows=0,
    )
    yield RawStream(raw, lambda: plan_description.read_notes(content, plan))


def _store(
    stream: RawStream,
    columns: list[SnapshotColumn],
    path: Path,
    space: Workspace,
    matcher: ColumnMatcher,
) -> DatasetSnapshot:
    """Write the columns as `aligned_batch` does; an error for a value that it would report."""
    raw = stream.raw
    places = matcher.match(raw.names, columns)
    places |= matcher.match_kept(raw.names, places)
    columns = [*columns, *kept_columns(places, columns)]
    matched = {i: c for c in columns if (i := places.get(c.name)) is not None}
    extra = further_columns(raw.names, matched, columns, matcher.withheld)
    casts = [_strict(BatchColumn.of(i, c), raw) for i, c in matched.items()]
    casts += [Cast(j, f"c{j}", f"CAST(c{j} AS VARCHAR)", c.name) for j, c in extra.items()]
    cleaned = ", ".join(f"{c.cleaned} AS c{c.index}" for c in casts)
    typed = ", ".join(f"{c.typed} AS {identifier(c.name)}" for c in casts)
    empty = " AND ".join(f"c{j} IS NULL" for j in range(len(raw.names)))
    # Stored as a table first: DuckDB 2.0 copies a text file to Parquet with several threads in
    # another order, whatever `preserve_insertion_order` is.
    space.db.execute(
        f"CREATE TABLE fast AS SELECT {typed} FROM (SELECT {cleaned} FROM {raw.table}"
        f" WHERE CASE WHEN {empty} THEN error('empty row') ELSE true END)"
    )
    space.db.execute(f"COPY fast TO {literal(str(path))} (FORMAT parquet, COMPRESSION zstd)")
    space.db.execute("DROP TABLE fast")
    rows, missing = count_missing(path)
    stored = [*matched.values(), *extra.values()]
    return DatasetSnapshot(
        dialect=raw.dialect,
        rows_read=rows,
        rows=rows,
        rows_quarantined=0,
        columns=[
            c.model_copy(update={"missing": m, "note": None})
            for c, m in zip(stored, missing, strict=True)
        ],
        data=Payload.of(path, PARQUET_MEDIA_TYPE),
        notes=stream.notes(),
    )


def _normal_text(cast: Cast, v: str) -> Cast:
    """Return the cast of a column of texts, of which nearly all are plain and stay as they are.

    The others are cleaned and made normal in two steps, as ever: an empty text says that there is
    nothing to do, since cleaned ones are never empty.
    """
    whole = f"whole{cast.index}"
    plain = PLAIN_ASCII.replace("{v}", v)
    cleaned = f"{v} AS {whole}, CASE WHEN {plain} THEN '' ELSE {cast.cleaned} END"
    typed = f"CASE WHEN {v} = '' THEN {whole} ELSE {cast.typed} END"
    return Cast(cast.index, cleaned, typed, cast.name)


def _strict(column: BatchColumn, raw: RawTable) -> Cast:
    """Return the cast of a column, with an error for a value that it cannot read."""
    v, type_ = f"c{column.position}", column.column.type
    cast = column.cast(raw, v)
    same = raw.sql_types[column.position] == SQL_TYPES[type_] and not column.column.missing_values
    if type_ == "text":
        return _normal_text(cast, v) if same else cast
    if cast.typed == v or (same and type_ in {"number", "integer"}):
        return cast
    unread = f"error('another value in {v}')"
    if not column.is_read_as_text(raw):
        strict = f"coalesce({cast.typed}, CASE WHEN {v} IS NOT NULL THEN {unread} END)"
        return Cast(cast.index, cast.cleaned, strict, cast.name)
    words = ", ".join(literal(w) for w in ("", *_WORDS) if not w or is_missing_word(w, type_))
    strict = f"CASE WHEN {v} IS NOT NULL AND {v} NOT IN ({words}) THEN {unread} END"
    cleaned = cast.cleaned
    plain = raw.sql_types[column.position] == "VARCHAR" and not column.column.missing_values
    if plain and all(map(ignores_ends, column.parsers)):
        cleaned = (
            v  # nearly all cells match as they are, and cleaning them costs more than all else
        )
    return Cast(cast.index, cleaned, f"coalesce({cast.typed}, {strict})", cast.name)
