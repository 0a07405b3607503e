# ruff: noqa: S608 - names of tables are our own
"""Write the typed table of a batch as Parquet, block by block.

Equal rows give equal bytes, however they were cut into batches and whoever typed them: each block
is one row group of `BLOCK_ROWS` rows, and texts get the dictionary of their order in it.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa
import pyarrow.parquet as pq

from pipeweave_dagster.core.ingest.base.limits import BLOCK_ROWS
from pipeweave_dagster.core.ingest.base.workspace import Workspace
from pipeweave_dagster.core.ingest.coded_texts import TEXTS, encoded, is_text, joined


class TypedFile:
    """A Parquet file of typed columns that grows by batches.

    Numbers are written as they are, since nearly all of them are distinct, and no statistics, since
    the missing values are counted here.

    Args:
        path: The file.
        schema: Names and types of its columns; texts may have any Arrow type of texts.
    """

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        fields = [pa.field(f.name, TEXTS if is_text(f.type) else f.type) for f in schema]
        self._schema = pa.schema(fields)
        texts: Any = [f.name for f in fields if f.type == TEXTS]
        self._writer = pq.ParquetWriter(
            path,
            self._schema,
            compression="lz4",
            use_dictionary=texts,
            write_statistics=False,
            store_schema=False,
        )
        self._waiting: list[pa.RecordBatch] = []
        self.rows = 0
        self.missing = [0] * len(fields)

    def write(self, columns: Iterable[Any]) -> None:
        """Add rows, one array per column."""
        arrays = [
            encoded(array) if field.type == TEXTS else array
            for array, field in zip(columns, self._schema, strict=True)
        ]
        batch = pa.RecordBatch.from_arrays(arrays, schema=self._schema)
        self.missing = [n + a.null_count for n, a in zip(self.missing, arrays, strict=True)]
        self.rows += batch.num_rows
        while batch.num_rows:
            part = batch.slice(0, BLOCK_ROWS - sum(b.num_rows for b in self._waiting))
            self._waiting.append(part)
            batch = batch.slice(part.num_rows)
            if sum(b.num_rows for b in self._waiting) == BLOCK_ROWS:
                self._write_block()

    def _write_block(self) -> None:
        """Write the rows that wait as one row group."""
        block = pa.Table.from_batches(self._waiting, schema=self._schema)
        arrays = [joined(block.column(i)) for i in range(block.num_columns)]
        self._writer.write_table(pa.Table.from_arrays(arrays, schema=self._schema))
        self._waiting = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Write what waits, unless there was an error; close the file."""
        try:
            if kind is None and self._waiting:
                self._write_block()
        finally:
            self._writer.close()


def table_blocks(space: Workspace, tables: Sequence[str]) -> Iterator[list[Any]]:
    """Return the columns of DuckDB tables beside each other, block by block in their order.

    (DuckDB 2.0 writes and streams a text file with several threads in another order, whatever
    `preserve_insertion_order` is.)
    """
    (rows,) = space.query_row(f"SELECT count(*) FROM {tables[0]}")
    for first in range(0, max(rows, 1), BLOCK_ROWS):
        arrays: list[Any] = []
        for table in tables:
            part = space.db.sql(
                f"SELECT * FROM {table} WHERE rowid >= {first} AND rowid < {first + BLOCK_ROWS}"
                " ORDER BY rowid"
            ).to_arrow_table()
            arrays += [joined(column) for column in part.columns]
        yield arrays
