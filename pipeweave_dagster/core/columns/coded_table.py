"""A snapshot's Parquet file as coded columns, loaded one at a time and at most once."""

from functools import cached_property
from pathlib import Path

from pipeweave_dagster.core.columns.column import Column, coded
from pipeweave_dagster.core.columns.parquet_columns import Stored
from pipeweave_dagster.core.columns.target import Target, target_of
from pipeweave_dagster.core.columns.value_corrections import corrected
from pipeweave_dagster.core.documents import DatasetSettings, SchemaDeduction


class Table:
    """The typed rows of a data set beside their schema.

    Args:
        data: The snapshot's Parquet file.
        schema: Meaning of the columns; columns that it does not name are not loaded.
        settings: What a person has said of single values (missing, spelled in several ways).
    """

    def __init__(
        self, data: Path, schema: SchemaDeduction, settings: DatasetSettings | None = None
    ) -> None:
        self._stored = Stored(data)
        self.schema = schema
        self.rows = self._stored.rows
        self.infos = [info for info in schema.columns if info.name in self._stored]
        self._said = settings.columns if settings else {}
        self._coded: dict[str, Column] = {}

    @property
    def names(self) -> list[str]:
        """The columns in the order of the file."""
        return [info.name for info in self.infos]

    def __getitem__(self, name: str) -> Column:
        """The coded column of that name (KeyError if there is none)."""
        if name not in self._coded:
            info = self.schema.column(name)
            column = coded(info, self._stored.read(name))
            self._coded[name] = corrected(column, self._said.get(name))
        return self._coded[name]

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
        if deduced.name is None or deduced.name not in self._stored:
            return None
        return target_of(self[deduced.name], deduced)
