"""Read a Parquet file one column at a time."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any


class ParquetColumns:
    """Columns of a Parquet file, by name.

    Args:
        path: The file; text columns are read as dictionaries, which is faster.
        without: Numbers of rows, from 0, that are left out.
    """

    def __init__(self, path: Path, without: Sequence[int] = ()) -> None:
        import numpy as np
        import pyarrow as pa
        import pyarrow.parquet as pq

        stored = pq.read_schema(path)
        text = [f.name for f in stored if pa.types.is_string(f.type)]
        self._file: Any = pq.ParquetFile(path, read_dictionary=text)
        self._index = {name: index for index, name in enumerate(stored.names)}
        rows = self._file.metadata.num_rows
        self.rows: int = rows - len(without)
        self._kept: Any = pa.array(np.delete(np.arange(rows), without)) if without else None

    def __contains__(self, name: str) -> bool:
        return name in self._index

    @property
    def names(self) -> list[str]:
        """Names of the columns, in the order of the file."""
        return list(self._index)

    def newest(self, name: str) -> float | None:
        """Return the latest timestamp of a date column in seconds since 1970, None without one."""
        import pyarrow as pa
        import pyarrow.compute as pc

        column = self.read(name)
        if not (pa.types.is_date(column.type) or pa.types.is_timestamp(column.type)):
            return None
        latest = pc.max(column.cast(pa.timestamp("us"))).cast(pa.int64()).as_py()
        return None if latest is None else latest / 1e6

    def read(self, name: str) -> Any:
        """Read an Arrow column by its index, because a name with dots would be parsed as a path."""
        import pyarrow as pa

        reader, indices = self._file.reader, [self._index[name]]
        groups = range(self._file.num_row_groups)
        chunks = [reader.read_row_group(group, column_indices=indices) for group in groups]
        if not chunks:
            return pa.chunked_array([], self._file.schema_arrow.field(name).type)
        column = pa.concat_tables(chunks, promote_options="permissive").column(0)
        return column if self._kept is None else column.take(self._kept)
