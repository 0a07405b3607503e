"""A Parquet file as a table that DuckDB reads once, while it is queried."""

from collections.abc import Iterator
from contextlib import contextmanager

import pyarrow as pa
import pyarrow.parquet as pq

from pipeweave_dagster.core.documents import Dialect
from pipeweave_dagster.core.ingest.base.cell_limit import bounded, check_cells, least_widths
from pipeweave_dagster.core.ingest.base.containers import Content
from pipeweave_dagster.core.ingest.base.raw_table import RawStream, RawTable
from pipeweave_dagster.core.ingest.base.workspace import Workspace
from pipeweave_dagster.core.ingest.formats.arrow_columns import columns_of
from pipeweave_dagster.core.ingest.formats.columnar_files import batch_rows
from pipeweave_dagster.core.ingest.formats.pandas_index import split_pandas_index
from pipeweave_dagster.core.ingest.formats.relations import converted

_SOURCE = "streamed"


@contextmanager
def parquet_stream(
    content: Content, space: Workspace, expected_names: tuple[str, ...]
) -> Iterator[RawStream | None]:
    """Open a Parquet file to be queried once; None if it must be stored as a table first.

    Args:
        content: The file.
        space: DuckDB workspace.
        expected_names: Column names of the training table.
    """
    with pq.ParquetFile(content.path, coerce_int96_timestamp_unit="us") as file:
        schema, rows = file.schema_arrow, file.metadata.num_rows
        kept, names, notes = split_pandas_index(schema, expected_names)
        fields = [schema.field(i).with_name(name) for i, name in zip(kept, names, strict=True)]
        columns = columns_of(pa.schema(fields))
        blank = any(not column.name.strip(" \t,;|") for column in columns)
        if blank or not rows or len(columns) > space.limits.max_columns:
            yield None
            return
        if any(column.is_wide for column in columns):  # narrowed once all values are known
            yield None
            return
        check_cells(content.name, rows, least_widths(schema), space.limits)
        batches = bounded(
            file.iter_batches(batch_size=batch_rows(file)), content.name, schema, space.limits
        )
        stored = pa.schema([(f"c{i}", c.type) for i, c in enumerate(columns)])
        sql_types = _sql_types(stored, space)
        chosen = converted((batch.select(kept) for batch in batches), columns, stored)
        space.db.register(_SOURCE, pa.RecordBatchReader.from_batches(stored, chosen))
        try:
            raw = RawTable(
                table=_SOURCE,
                names=[c.name for c in columns],
                sql_types=sql_types,
                dialect=Dialect(format="parquet", container=content.container),
                rows=rows,
            )
            yield RawStream(
                raw, lambda: [*content.notes, *(n for c in columns for n in c.notes()), *notes]
            )
        finally:
            space.db.unregister(_SOURCE)


def _sql_types(schema: pa.Schema, space: Workspace) -> list[str]:
    space.db.register(_SOURCE, schema.empty_table())
    types = [str(type_) for _, type_, *_ in space.query(f"DESCRIBE {_SOURCE}")]
    space.db.unregister(_SOURCE)
    return types
