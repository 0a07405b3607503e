"""The SQL that writes the predictions of a batch into a table, in place of those before."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.sources.part_sql import WORDS

BATCH = "pipeweave_batch"
"""The column that says which batch a row belongs to."""
_LONGEST_NAME = {"postgres": 63, "mysql": 64}
_TYPES = {
    "postgres": {
        "integer": "bigint",
        "number": "double precision",
        "boolean": "boolean",
        "date": "date",
        "datetime": "timestamp",
        "text": "text",
    },
    "mysql": {
        "integer": "bigint",
        "number": "double",
        "boolean": "boolean",
        "date": "date",
        "datetime": "datetime(6)",
        "text": "longtext",
    },
}
WRITABLE = tuple(_TYPES)
"""The kinds of sources that predictions can be written to."""


@dataclass(frozen=True)
class WriteSql:
    """Builds the statements for one table.

    Attributes:
        kind: Kind of the source.
        table: `table` or `schema.table`.
        columns: Name and kind of value (integer, number, boolean, date, datetime, text) of each
            column of the predictions.

    Example:
        >>> WriteSql("postgres", "shop.p", {"row_id": "integer"}).delete
        'DELETE FROM "shop"."p" WHERE "pipeweave_batch" = %s'
    """

    kind: str
    table: str
    columns: Mapping[str, str]

    @property
    def names(self) -> list[str]:
        """The columns that are written, the batch first."""
        return [BATCH, *self.columns]

    @property
    def place(self) -> str:
        """The quoted name of the table."""
        return ".".join(map(WORDS[self.kind].name, self.table.split(".")))

    @property
    def create(self) -> str:
        """Create the table if there is none, with an index of the batch."""
        types = _TYPES[self.kind]
        batch = "varchar(255) NOT NULL" if self.kind == "mysql" else "text NOT NULL"
        parts = [f"{self._name(BATCH)} {batch}"]
        parts += [f"{self._name(name)} {types[kind]}" for name, kind in self.columns.items()]
        return f"CREATE TABLE IF NOT EXISTS {self.place} ({', '.join(parts)})"

    @property
    def delete(self) -> str:
        """Remove what an earlier run has written for the batch."""
        return f"DELETE FROM {self.place} WHERE {self._name(BATCH)} = %s"  # noqa: S608

    @property
    def insert(self) -> str:
        """Insert one row."""
        marks = ", ".join(["%s"] * len(self.names))
        return f"INSERT INTO {self.place} ({self.listed}) VALUES ({marks})"  # noqa: S608

    @property
    def copy(self) -> str:
        """Insert rows that are sent as CSV (PostgreSQL)."""
        return f"COPY {self.place} ({self.listed}) FROM STDIN WITH (FORMAT csv)"

    @property
    def look(self) -> str:
        """Ask for the columns of the table; returns no row."""
        return f"SELECT * FROM {self.place} LIMIT 0"  # noqa: S608

    @property
    def listed(self) -> str:
        """The quoted names of the columns."""
        return ", ".join(self._name(name) for name in self.names)

    def require(self, found: Sequence[str]) -> None:
        """Refuse a table that lacks columns of the predictions.

        Raises:
            PipeWeaveError: VALIDATION_ERROR with the statement that adds them.
        """
        lacking = [name for name in self.names if name not in found]
        if not lacking:
            return
        types = {BATCH: "text", **self.columns}
        added = ", ".join(
            f"ADD COLUMN {self._name(n)} {_TYPES[self.kind][types[n]]}" for n in lacking[:20]
        )
        raise validation_error(
            f"The table {self.table!r} has no column {lacking[0]!r}, which the predictions have.",
            fix=f"Add what is missing: ALTER TABLE {self.place} {added}; or name another table.",
            columns=lacking[:20],
        )

    def lock(self, batch: str) -> int:
        """Return a number for a lock that only writers of the same batch share."""
        text = f"{self.table}\0{batch}".encode()
        return int.from_bytes(hashlib.sha256(text).digest()[:8], "big", signed=True)

    def _name(self, name: str) -> str:
        longest = _LONGEST_NAME[self.kind]
        if len(name.encode()) > longest or "\0" in name:
            raise validation_error(
                f"{name[:80]!r} is longer than the {longest} bytes of a column's name.",
                fix="Rename the class or column, or leave out 'predictions: {to: …}'.",
            )
        # A percent sign would be a mark of a value.
        return WORDS[self.kind].name(name).replace("%", "%%")
