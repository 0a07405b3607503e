"""Match the columns of a batch to those of the training table: by name, else by position."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pipeweave_dagster.core.documents import SnapshotColumn
from pipeweave_dagster.core.errors import PipeWeaveError, validation_error
from pipeweave_dagster.core.model.column_names import ColumnsError, match_columns


class ColumnMatcher(NamedTuple):
    """Matches the columns of a batch to those of the training table.

    Attributes:
        table: Names of all columns of the training table, in order.
        target: The column that a batch may lack.
        keep: Columns that are kept although the model may not use them.
        withheld: Columns of a batch that are not even stored.
        hashed: Columns of a batch whose values are hashed, beside those that were for training.
    """

    table: tuple[str, ...] = ()
    target: str | None = None
    keep: tuple[str, ...] = ()
    withheld: tuple[str, ...] = ()
    hashed: tuple[str, ...] = ()

    def match(self, names: Sequence[str], columns: list[SnapshotColumn]) -> dict[str, int]:
        """Return the index in the batch of each required column that it has, by name.

        Args:
            names: Column names of the batch, blank where it has none.
            columns: Required columns of the training table.

        Raises:
            PipeWeaveError: `VALIDATION_ERROR` if the batch has no header and its number of columns
                fits neither the training table nor the required columns.
        """
        required = {column.name: column.original_name for column in columns}
        try:
            return match_columns(names, required, self.table, self.target)
        except ColumnsError as error:
            raise validation_error(
                f"The batch {error} columns.",
                fix="Add a header, or include all columns (the target is optional).",
                columns=list(self.table)[:200],
            ) from error

    def match_kept(self, names: Sequence[str], places: Mapping[str, int]) -> dict[str, int]:
        """Return the index of each column to keep that the batch has beside those of `places`."""
        wanted = {name: name for name in self.keep if name not in places}
        used = set(places.values())
        try:
            found = match_columns(names, wanted, self.table, self.target)
        except ColumnsError:
            return {}
        return {name: j for name, j in found.items() if j not in used}

    def fits(self, names: Sequence[str], columns: list[SnapshotColumn]) -> bool:
        """Return whether a batch with these names has any of the required columns."""
        try:
            return bool(self.match(names, columns))
        except PipeWeaveError:
            return False


BY_NAME_ALONE = ColumnMatcher()
