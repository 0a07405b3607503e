"""Which column of a batch each training column is: by name, else by its place."""

from collections.abc import Sequence
from typing import NamedTuple

from pipeweave_dagster.core.documents import SnapshotColumn
from pipeweave_dagster.core.errors import validation_error


class Places(NamedTuple):
    """All columns of the training table in order, and the one that a batch may lack."""

    table: tuple[str, ...] = ()
    target: str | None = None

    def of(self, names: Sequence[str], columns: list[SnapshotColumn]) -> dict[str, int]:
        """The place in the batch of each wanted column that it has.

        Args:
            names: Headings of the batch, blank where it has none.
            columns: The wanted columns of the training table.

        Raises:
            PipeWeaveError: VALIDATION_ERROR where the batch has no header, and its columns cannot
                be told by their number.
        """
        if any(name.strip() for name in names):
            places = _by_name(names, columns)
            return places | self._nameless(names, [c for c in columns if c.name not in places])
        wanted = [column.name for column in columns]
        order = self._order(len(names), wanted)
        return {name: order.index(name) for name in wanted if name in order}

    def _nameless(self, names: Sequence[str], columns: list[SnapshotColumn]) -> dict[str, int]:
        """Columns without a heading, such as row names that were written as well.

        They come in the same order if the batch has as many, else they stand where they stood.
        """
        wanted = [c.name for c in columns if not c.original_name.strip()]
        blank = [j for j, name in enumerate(names) if not name.strip()]
        if len(wanted) == len(blank):
            return dict(zip(wanted, blank, strict=True))
        table = self.table or [f"column_{j + 1}" for j in range(len(names))]
        places = {name: j for j, name in enumerate(table) if j in blank}
        return {name: places[name] for name in wanted if name in places}

    def _order(self, width: int, wanted: list[str]) -> list[str]:
        """Names of the columns of a batch that has none."""
        rest = [name for name in self.table if name != self.target]
        if not self.table or width == len(wanted) != len(rest):
            return wanted[:width]
        if width >= len(self.table):
            return list(self.table)
        if width == len(rest):
            return rest
        raise validation_error(
            f"The batch has {width} columns and no header, but the table that the model learned "
            f"from has {len(self.table)}.",
            fix="Add a header, or give all columns (the target may be left out).",
            columns=list(self.table)[:200],
        )


def _by_name(names: Sequence[str], columns: list[SnapshotColumn]) -> dict[str, int]:
    places: dict[str, int] = {}
    taken: set[int] = set()
    for alike in (str, _plain):  # a name that is the very same goes before one that is like it
        called: dict[str, list[int]] = {}
        for j, name in enumerate(names):
            if name.strip() and j not in taken:
                called.setdefault(alike(name), []).append(j)
        for column in columns:
            keys = [] if column.name in places else [column.original_name, column.name]
            found = [j for k in keys for j in called.get(alike(k), ()) if j not in taken]
            if found:
                places[column.name] = found[0]
                taken.add(found[0])
    return places


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()
