"""Read the parts of one table, each in a Parquet file, as one table.

A table per file would take a quarter of a megabyte for every column of every part.
"""

import contextlib
import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.ingest.base.cell_limit import bounded, check_cells, least_widths
from pipeweave_dagster.core.ingest.base.containers import Content
from pipeweave_dagster.core.ingest.base.raw_table import RawTable
from pipeweave_dagster.core.ingest.base.workspace import Workspace
from pipeweave_dagster.core.ingest.formats.relations import from_batches

_BATCH_ROWS = 65_536
_MAGIC = b"PAR1"


def schema_of_parts(paths: Sequence[Path]) -> pa.Schema | None:
    """Return the columns of all files if they are Parquet and agree in the types of columns.

    A column may be absent from some of them.
    """
    for path in paths:
        with path.open("rb") as file:
            if file.read(len(_MAGIC)) != _MAGIC:
                return None
    with contextlib.suppress(pa.ArrowException, OSError):
        schemas = {(s := pq.read_schema(path).remove_metadata()).to_string(): s for path in paths}
        return pa.unify_schemas([*schemas.values()])
    return None


def read_parts(
    files: Sequence[tuple[Path, str]], schema: pa.Schema, table: str, space: Workspace
) -> RawTable:
    """Read files into one table, in their order.

    Args:
        files: Path and name of each file.
        schema: Columns of the table, see `schema_of_parts`.
        table: Table to create.
        space: DuckDB workspace.

    Raises:
        PipeWeaveError: VALIDATION_ERROR for a damaged file, or if all together are too large.
    """
    path, name = files[0]
    rows = sum(pq.read_metadata(path).num_rows for path, _ in files)
    check_cells(name, rows, least_widths(schema), space.limits)
    batches = itertools.chain.from_iterable(_batches(path, schema) for path, _ in files)
    content = Content(path, name, "none")
    limited = bounded(batches, name, schema, space.limits)
    raw = from_batches(content, "parquet", schema, limited, table, space)
    raw.notes.insert(0, f"Read {counted(len(files), 'part')} of one table.")
    return raw


def _batches(path: Path, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(batch_size=_BATCH_ROWS):
            known = dict(zip(batch.schema.names, batch.columns, strict=True))
            arrays = [
                known[field.name] if field.name in known else pa.nulls(len(batch), field.type)
                for field in schema
            ]
            yield pa.RecordBatch.from_arrays(arrays, schema=schema)
