# ruff: noqa: S608 - names and texts in SQL go through `identifier` and `literal`
"""The table as text, before any type is decided."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from pipeweave_dagster.core.documents import Dialect
from pipeweave_dagster.core.ingest.base.workspace import Workspace


@dataclass(frozen=True)
class Rejected:
    """A record that is not in the table, with its line in the file and why."""

    line: int
    reason: str
    text: str


@dataclass
class RawTable:
    """A DuckDB table with columns `c0 … cN` in file order, rows in file order.

    Attributes:
        table: Name of the DuckDB table.
        names: Header texts as they stood; blank where there were none.
        natives: Storage SQL type of each column; `VARCHAR` columns are typed later.
        dialect: How the file was read.
        rejected: Records left out, with lines and reasons.
        notes: Decisions to tell.
        line_of: Lines of the given row numbers (from 0); row numbers where lines mean nothing.
    """

    table: str
    names: list[str]
    natives: list[str]
    dialect: Dialect
    rows: int
    rejected: list[Rejected] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    line_of: Callable[[list[int]], list[int]] = lambda rows: [r + 1 for r in rows]


def drop_empty_columns(raw: RawTable, space: Workspace) -> RawTable:
    """Leave out columns that have neither a name nor a value (separators at the line ends)."""
    blank = [
        j
        for j, (name, native) in enumerate(zip(raw.names, raw.natives, strict=True))
        if not name.strip(" \t,;|") and native == "VARCHAR"
    ]
    if not blank or len(blank) == len(raw.names):
        return raw
    counts = ", ".join(f"count(*) FILTER (trim(c{j}, ' \t,;|') <> '')" for j in blank)
    filled = space.one(f"SELECT {counts} FROM {raw.table}")
    gone = {j for j, n in zip(blank, filled, strict=True) if n == 0}
    if not gone:
        return raw
    for j in sorted(gone):
        space.db.execute(f"ALTER TABLE {raw.table} DROP COLUMN c{j}")
    left = [j for j in range(len(raw.names)) if j not in gone]
    for new, old in enumerate(left):
        if new != old:
            space.db.execute(f"ALTER TABLE {raw.table} RENAME COLUMN c{old} TO c{new}")
    numbers = ", ".join(str(j + 1) for j in sorted(gone))
    note = f"Columns without a name and without a value were left out: number {numbers}."
    return replace(
        raw,
        names=[raw.names[j] for j in left],
        natives=[raw.natives[j] for j in left],
        notes=[*raw.notes, note],
    )
