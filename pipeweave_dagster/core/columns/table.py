"""A snapshot's Parquet file as coded columns, loaded one at a time and at most once."""

from functools import cached_property
from pathlib import Path
from typing import Any

from pipeweave_dagster.core.columns.column import Column, coded
from pipeweave_dagster.core.columns.target import Target, target_of
from pipeweave_dagster.core.documents import SchemaDeduction


class Table:
    """The typed rows of a data set beside their schema.

    Args:
        data: The snapshot's Parquet file.
        schema: Meaning of the columns; columns that it does not name are not loaded.
    """

    def __init__(self, data: Path, schema: SchemaDeduction) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        stored = pq.read_schema(data)
        text = [f.name for f in stored if pa.types.is_string(f.type)]
        self._file: Any = pq.ParquetFile(data, read_dictionary=text)
        self.schema = schema
        self.rows: int = self._file.metadata.num_rows
        names = set(stored.names)
        self.infos = [c for c in schema.columns if c.name in names]
        self._place = {name: i for i, name in enumerate(stored.names)}
        self._coded: dict[str, Column] = {}

    @property
    def names(self) -> list[str]:
        """The columns in the order of the file."""
        return [info.name for info in self.infos]

    def __getitem__(self, name: str) -> Column:
        """The coded column of that name (KeyError if there is none)."""
        if name not in self._coded:
            info = self.schema.column(name)
            self._coded[name] = coded(info, self._read(name))
        return self._coded[name]

    def _read(self, name: str) -> Any:
        """The Arrow column. Read by its place: a name with dots would be taken for a path."""
        import pyarrow as pa

        groups = range(self._file.num_row_groups)
        reader = self._file.reader
        chunks = [reader.read_row_group(g, column_indices=[self._place[name]]) for g in groups]
        if not chunks:
            return pa.chunked_array([], self._file.schema_arrow.field(name).type)
        return pa.concat_tables(chunks, promote_options="permissive").column(0)

    @cached_property
    def columns(self) -> list[Column]:
        """Every column, coded."""
        return [self[name] for name in self.names]

    @cached_property
    def features(self) -> list[Column]:
        """The columns that a model would see."""
        return [self[info.name] for info in self.infos if info.role == "feature"]

    @cached_property
    def target(self) -> Target | None:
        """The column to predict, or None where there is none (or it has no values)."""
        deduced = self.schema.target
        if deduced.name is None or deduced.name not in self._place:
            return None
        return target_of(self[deduced.name], deduced)
