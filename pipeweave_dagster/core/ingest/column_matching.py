"""Match the columns of a batch to those of the training table: by name, else by position."""

from collections.abc import Sequence
from typing import NamedTuple

from pipeweave_dagster.core.documents import SnapshotColumn
from pipeweave_dagster.core.errors import PipeWeaveError, validation_error
from pipeweave_dagster.core.naming import fold_name


class ColumnMatcher(NamedTuple):
    """Matches the columns of a batch to those of the training table.

    Attributes:
        table: Names of all columns of the training table, in order.
        target: The column that a batch may lack.
    """

    table: tuple[str, ...] = ()
    target: str | None = None

    def match(self, names: Sequence[str], columns: list[SnapshotColumn]) -> dict[str, int]:
        """Return the index in the batch of each required column that it has, by name.

        Args:
            names: Column names of the batch, blank where it has none.
            columns: Required columns of the training table.

        Raises:
            PipeWeaveError: `VALIDATION_ERROR` if the batch has no header and its number of columns
                fits neither the training table nor the required columns.
        """
        if any(name.strip() for name in names):
            indices = _match_by_name(names, columns)
            return indices | self._match_nameless(
                names, [c for c in columns if c.name not in indices]
            )
        required = [column.name for column in columns]
        order = self._order(len(names), required)
        return {name: order.index(name) for name in required if name in order}

    def fits(self, names: Sequence[str], columns: list[SnapshotColumn]) -> bool:
        """Return whether a batch with these names has any of the required columns."""
        try:
            return bool(self.match(names, columns))
        except PipeWeaveError:
            return False

    def _match_nameless(
        self, names: Sequence[str], columns: list[SnapshotColumn]
    ) -> dict[str, int]:
        """Match columns without a name, such as row names of a data frame.

        If the batch has as many of them, they are in the same order, else at the same positions.
        """
        required = [c.name for c in columns if not c.original_name.strip()]
        blank = [j for j, name in enumerate(names) if not name.strip()]
        if len(required) == len(blank):
            return dict(zip(required, blank, strict=True))
        table = self.table or [f"column_{j + 1}" for j in range(len(names))]
        indices = {name: j for j, name in enumerate(table) if j in blank}
        return {name: indices[name] for name in required if name in indices}

    def _order(self, width: int, required: list[str]) -> list[str]:
        """Return the column names of a batch without a header, by its number of columns."""
        without_target = [name for name in self.table if name != self.target]
        if not self.table or width == len(required) != len(without_target):
            return required[:width]
        if width >= len(self.table):
            return list(self.table)
        if width == len(without_target):
            return without_target
        raise validation_error(
            f"The batch has {width} columns and no header, but the training table has "
            f"{len(self.table)} columns.",
            fix="Add a header, or include all columns (the target is optional).",
            columns=list(self.table)[:200],
        )


BY_NAME_ALONE = ColumnMatcher()


def _match_by_name(names: Sequence[str], columns: list[SnapshotColumn]) -> dict[str, int]:
    indices: dict[str, int] = {}
    used: set[int] = set()
    for key_of in (str, fold_name):  # an exact match takes precedence over a similar name
        by_key: dict[str, list[int]] = {}
        for j, name in enumerate(names):
            if name.strip() and j not in used:
                by_key.setdefault(key_of(name), []).append(j)
        for column in columns:
            keys = [] if column.name in indices else [column.original_name, column.name]
            found = [j for k in keys for j in by_key.get(key_of(k), ()) if j not in used]
            if found:
                indices[column.name] = found[0]
                used.add(found[0])
    return indices
