"""A Parquet file that is read once, batch by batch, without storing it as a table first."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeweave_dagster.core.documents import Dialect
from pipeweave_dagster.core.ingest.base.cell_limit import bounded, check_cells, least_widths
from pipeweave_dagster.core.ingest.base.containers import Content
from pipeweave_dagster.core.ingest.base.limits import BLOCK_ROWS
from pipeweave_dagster.core.ingest.base.raw_table import RawStream, RawTable
from pipeweave_dagster.core.ingest.base.workspace import Workspace
from pipeweave_dagster.core.ingest.formats.arrow_columns import ArrowColumn, columns_of
from pipeweave_dagster.core.ingest.formats.columnar_files import batch_rows
from pipeweave_dagster.core.ingest.formats.pandas_index import split_pandas_index

_PLAIN_BYTES = 4
"""A text that is not in a dictionary takes so many bytes at least, for its length."""
_SQL_TYPES = {
    pa.int64(): "BIGINT",
    pa.float64(): "DOUBLE",
    pa.bool_(): "BOOLEAN",
    pa.date32(): "DATE",
    pa.timestamp("us"): "TIMESTAMP",
    pa.time64("us"): "TIME",
    pa.large_string(): "VARCHAR",
}


@contextmanager
def parquet_stream(
    content: Content, space: Workspace, expected_names: tuple[str, ...]
) -> Iterator[RawStream | None]:
    """Open a Parquet file to be read once; None if it must be stored as a table first.

    Args:
        content: The file.
        space: DuckDB workspace, for its limits.
        expected_names: Column names of the training table.
    """
    with pq.ParquetFile(content.path, coerce_int96_timestamp_unit="us") as file:
        schema, rows = file.schema_arrow, file.metadata.num_rows
        coded, size = _coded_columns(file), min(batch_rows(file), BLOCK_ROWS)
        kept, names, notes = split_pandas_index(schema, expected_names)
    fields = [schema.field(i).with_name(name) for i, name in zip(kept, names, strict=True)]
    columns = columns_of(pa.schema(fields))
    blank = any(not column.name.strip(" \t,;|") for column in columns)
    # Wide numbers are narrowed once all values are known.
    if blank or not rows or any(column.is_wide for column in columns):
        yield None
        return
    if len(columns) > space.limits.max_columns:
        yield None
        return
    check_cells(content.name, rows, least_widths(schema), space.limits)
    raw = RawTable(
        table="",
        names=[c.name for c in columns],
        sql_types=[_SQL_TYPES[c.type] for c in columns],
        dialect=Dialect(format="parquet", container=content.container),
        rows=rows,
    )
    with pq.ParquetFile(
        content.path, coerce_int96_timestamp_unit="us", read_dictionary=coded
    ) as file:
        batches = bounded(
            file.iter_batches(batch_size=size), content.name, schema, space.limits, _decoded_bytes
        )
        yield RawStream(
            raw,
            ([_stored(c, batch) for c in columns] for batch in (b.select(kept) for b in batches)),
            lambda: [*content.notes, *(n for c in columns for n in c.notes()), *notes],
        )


def _coded_columns(file: pq.ParquetFile) -> list[str]:
    """Return the columns of texts that the file stores as codes of a dictionary."""
    metadata, schema = file.metadata, file.schema_arrow
    if metadata.num_columns != len(schema) or len({*schema.names}) != len(schema):
        return []
    groups = [metadata.row_group(k) for k in range(metadata.num_row_groups)]
    found = []
    for i, field in enumerate(schema):
        chunks = [group.column(i) for group in groups]
        size = sum(chunk.total_uncompressed_size for chunk in chunks)
        few = size < _PLAIN_BYTES * sum(chunk.num_values for chunk in chunks)
        if few and (pa.types.is_string(field.type) or pa.types.is_large_string(field.type)):
            found.append(field.name)
    return found


def _stored(column: ArrowColumn, batch: pa.RecordBatch) -> Any:
    """Return a column with the type to store; clean texts keep their dictionary."""
    array: Any = batch.column(column.path[0])
    texts = pa.types.is_dictionary(array.type) and len(column.path) == 1
    if not texts or column.frequency is not None or not _are_clean(array):
        return column.convert(batch)
    return array


def _are_clean(array: Any) -> bool:
    """Return whether texts with a dictionary are stored as they are, without a note on any."""
    texts = array.dictionary
    if texts.type not in {pa.string(), pa.large_string()} or texts.null_count:
        return False
    try:
        array.validate(full=True)  # codes in a damaged file may lead anywhere
    except pa.ArrowInvalid:
        return False
    if len(texts.unique()) < len(texts):
        return False
    lengths: Any = pc.binary_length(texts)
    return not pc.any(pc.equal(lengths, pa.scalar(0))).as_py()


def _decoded_bytes(batch: pa.RecordBatch) -> int:
    """Return the bytes of a batch whose texts are not in dictionaries."""
    size = 0
    columns: list[Any] = batch.columns
    for array in columns:
        if pa.types.is_dictionary(array.type) and pa.types.is_string(array.type.value_type):
            lengths: Any = pc.binary_length(array.dictionary)
            size += pc.sum(lengths.take(array.indices).cast(pa.int64())).as_py() or 0
        else:
            size += array.nbytes
    return size
