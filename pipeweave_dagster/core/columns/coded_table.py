"""A snapshot's Parquet file as encoded columns, each loaded on first use and kept."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from pipeweave_dagster.core.columns.column import Column
from pipeweave_dagster.core.columns.encode_column import encode_column
from pipeweave_dagster.core.columns.parquet_columns import ParquetColumns
from pipeweave_dagster.core.columns.target import Target, target_of
from pipeweave_dagster.core.columns.value_corrections import (
    apply_corrections,
    apply_missing,
    as_classes,
)
from pipeweave_dagster.core.documents import DatasetSettings, SchemaDeduction


class Table:
    """The typed rows of a data set beside their schema.

    Args:
        data: The snapshot's Parquet file.
        schema: Types and roles of the columns; columns that it lacks are not loaded.
        settings: User settings, for corrections of values (missing, merged spellings).
        without: Numbers of rows, from 0, that are left out.
    """

    def __init__(
        self,
        data: Path,
        schema: SchemaDeduction,
        settings: DatasetSettings | None = None,
        without: Sequence[int] = (),
    ) -> None:
        self._stored = ParquetColumns(data, without)
        self.schema = schema
        self.rows = self._stored.rows
        self.infos = [info for info in schema.columns if info.name in self._stored]
        self._info = {info.name: info for info in self.infos}
        self._settings = settings.columns if settings else {}
        self._columns: dict[str, Column] = {}

    @property
    def names(self) -> list[str]:
        """Names of the columns, in the order of the file."""
        return [info.name for info in self.infos]

    def __getitem__(self, name: str) -> Column:
        """Return the encoded column of that name (KeyError if there is none)."""
        if name not in self._columns:
            column = self.uncorrected(name)
            setting, target = self._settings.get(name), self.schema.target
            if name == target.name and target.task in ("binary", "multiclass"):
                self._columns[name] = as_classes(apply_missing(column, setting), target)
            else:
                self._columns[name] = apply_corrections(column, setting)
        return self._columns[name]

    def uncorrected(self, name: str) -> Column:
        """Return the column as it is stored, before missing values and spellings are settled."""
        return encode_column(self._info[name], self._stored.read(name))

    @cached_property
    def columns(self) -> list[Column]:
        """All columns."""
        return [self[name] for name in self.names]

    @cached_property
    def features(self) -> list[Column]:
        """The columns with the role of a feature."""
        return [self[info.name] for info in self.infos if info.role == "feature"]

    @cached_property
    def target(self) -> Target | None:
        """The target, or None if there is none (or it has no values)."""
        target = self.schema.target
        if target.name is None or target.name not in self._stored:
            return None
        return target_of(self[target.name], target)
