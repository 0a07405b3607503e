# ruff: noqa: S608 - texts in SQL go through `literal`
"""Read Parquet, Feather and Arrow files."""

from collections.abc import Iterator
from typing import Any

import duckdb
import pyarrow as pa

from pipeweave_dagster.core.ingest.base.cell_limit import bounded, check_cells, least_widths
from pipeweave_dagster.core.ingest.base.containers import Content
from pipeweave_dagster.core.ingest.base.raw_table import RawTable
from pipeweave_dagster.core.ingest.base.workspace import Workspace
from pipeweave_dagster.core.ingest.formats.pandas_index import split_pandas_index
from pipeweave_dagster.core.ingest.formats.relations import Format, from_batches
from pipeweave_dagster.core.ingest.text.read_options import ReadOptions

_BATCH_ROWS = 65_536
_BATCH_BYTES = 64 << 20


def read_parquet(content: Content, table: str, space: Workspace, options: ReadOptions) -> RawTable:
    """Read Parquet, one batch in memory at a time."""
    import pyarrow.parquet as pq

    # Spark's INT96 times reach further than nanoseconds do.
    with pq.ParquetFile(content.path, coerce_int96_timestamp_unit="us") as file:
        schema, rows = file.schema_arrow, file.metadata.num_rows
        check_cells(content.name, rows, least_widths(schema), space.limits)
        batches = bounded(
            file.iter_batches(batch_size=batch_rows(file)), content.name, schema, space.limits
        )
        try:
            return _from_frame(content, "parquet", schema, batches, table, space, options)
        except duckdb.OutOfMemoryException:
            raise
        except duckdb.Error:
            # Arrow writes lists of fixed size that it cannot read again if some are missing.
            with space.db.cursor() as db:
                path = space.paths.sql(content.path)
                source = f"SELECT * FROM read_parquet({path}, hive_partitioning = false)"
                reader = db.sql(source).to_arrow_reader(_BATCH_ROWS)
                batches = bounded(reader, content.name, reader.schema, space.limits)
                return _from_frame(
                    content, "parquet", reader.schema, batches, table, space, options
                )


def read_arrow(content: Content, table: str, space: Workspace, options: ReadOptions) -> RawTable:
    """Read an Arrow file or stream, or Feather."""
    from pyarrow import feather, ipc

    with content.path.open("rb") as file:
        magic = file.read(4)
        file.seek(0)
        if magic == b"FEA1":
            data = feather.read_table(file)
            schema, batches = data.schema, iter(data.to_batches())
        else:
            reader = ipc.open_stream(file) if magic == b"\xff\xff\xff\xff" else ipc.open_file(file)
            schema, batches = reader.schema, _batches_of(reader)
        batches = _valid(bounded(batches, content.name, schema, space.limits))
        return _from_frame(content, "arrow", schema, batches, table, space, options)


def batch_rows(file: Any) -> int:
    """Return how many rows to read at once: few where the values are long."""
    groups = (file.metadata.row_group(i) for i in range(file.metadata.num_row_groups))
    per_row = sum(group.total_byte_size for group in groups) / max(1, file.metadata.num_rows)
    return max(1, min(_BATCH_ROWS, int(_BATCH_BYTES / max(1, per_row))))


def _batches_of(reader: Any) -> Iterator[pa.RecordBatch]:
    count = getattr(reader, "num_record_batches", None)
    yield from reader if count is None else (reader.get_batch(i) for i in range(count))


def _valid(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Yield batches, checked: Arrow trusts lengths and offsets in a file."""
    for batch in batches:
        batch.validate()
        for array in batch.columns:
            text = pa.types.is_string(array.type)  # may hold other bytes, which are reported
            (array.cast(pa.binary()) if text else array).validate(full=True)
        yield batch


def _from_frame(
    content: Content,
    format_: Format,
    schema: pa.Schema,
    batches: Iterator[pa.RecordBatch],
    table: str,
    space: Workspace,
    options: ReadOptions,
) -> RawTable:
    """Store batches that may have the index of a pandas data frame among their columns."""
    kept, names, notes = split_pandas_index(schema, options.expected_names)
    fields = [schema.field(i).with_name(name) for i, name in zip(kept, names, strict=True)]
    chosen = (batch.select(kept) for batch in batches)
    raw = from_batches(content, format_, pa.schema(fields), chosen, table, space)
    raw.notes += notes
    return raw
