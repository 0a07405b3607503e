"""Read large batches to predict part by part: typed by Arrow where that is exact, and written.

The first value that has none of the usual forms of its column, and is no common word for a missing
one, ends it. Such a batch is then read thoroughly, which decides on other forms and counts what it
cannot read. So both ways give the same table and the same snapshot.
"""

import logging
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from pipeweave_dagster.core.documents import DatasetSnapshot, Payload, ReadSetting, SnapshotColumn
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.ingest.base.containers import Content
from pipeweave_dagster.core.ingest.base.raw_table import PARQUET_MEDIA_TYPE, RawStream
from pipeweave_dagster.core.ingest.base.workspace import Workspace
from pipeweave_dagster.core.ingest.batch_casts import BatchColumn
from pipeweave_dagster.core.ingest.batch_columns import reader_of, text_reader
from pipeweave_dagster.core.ingest.build_table import unpack_file
from pipeweave_dagster.core.ingest.column_matching import ColumnMatcher
from pipeweave_dagster.core.ingest.fast_path import is_large
from pipeweave_dagster.core.ingest.formats.parquet_stream import parquet_stream
from pipeweave_dagster.core.ingest.further_columns import further_columns, kept_columns
from pipeweave_dagster.core.ingest.text.read_options import ReadOptions
from pipeweave_dagster.core.ingest.text_stream import text_stream
from pipeweave_dagster.core.ingest.typed_file import TypedFile

_log = logging.getLogger(__name__)
_Stream = AbstractContextManager[RawStream | None]


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
        options = ReadOptions(names, keep_all=True, read=read, table=matcher.table)
        if not is_large(content) or format_ not in {"csv", "parquet"}:
            return None
    except (PipeWeaveError, OSError, ValueError) as error:
        _given_up(error, path)
        return None
    for stream in _streams(content, format_, space, options):
        try:
            with stream as opened:
                if opened is not None and matcher.fits(opened.raw.names, columns):
                    return _store(opened, columns, path, space, matcher)
        except duckdb.OutOfMemoryException:
            raise
        except (duckdb.Error, pa.ArrowException, PipeWeaveError, OSError, ValueError) as error:
            _given_up(error, path)
            if not isinstance(error, pa.ArrowInvalid):
                return None
    return None


def _given_up(error: Exception, path: Path) -> None:
    _log.info("read thoroughly: %s", str(error).partition("\n")[0][:150])
    path.unlink(missing_ok=True)


def _streams(
    content: Content, format_: str, space: Workspace, options: ReadOptions
) -> Iterator[_Stream]:
    """Return the ways to read a file, the fastest first."""
    if format_ == "parquet":
        yield parquet_stream(content, space, options.expected_names)
        return
    for plain in (True, False):
        yield text_stream(content, space, options, plain=plain)


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
    readers = [reader_of(BatchColumn.of(i, c), raw) for i, c in matched.items()]
    readers += [text_reader(j, c.name, raw.sql_types[j]) for j, c in extra.items()]
    with TypedFile(path, pa.schema([(r.name, r.type) for r in readers])) as typed:
        for part in stream.parts:
            if _has_empty_row(part):
                raise ValueError("empty row")
            typed.write([r.read(part[r.position], space) for r in readers])
    return DatasetSnapshot(
        dialect=raw.dialect,
        rows_read=typed.rows,
        rows=typed.rows,
        rows_quarantined=0,
        columns=[
            c.model_copy(update={"missing": m, "note": None})
            for c, m in zip([*matched.values(), *extra.values()], typed.missing, strict=True)
        ],
        data=Payload.of(path, PARQUET_MEDIA_TYPE),
        notes=stream.notes(),
    )


def _has_empty_row(part: list[Any]) -> bool:
    if any(array.null_count == 0 for array in part):
        return False
    empty = part[0].is_null()
    for array in part[1:]:
        empty = pc.and_(empty, array.is_null())
    return bool(pc.any(empty).as_py())
