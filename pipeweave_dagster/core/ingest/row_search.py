# ruff: noqa: S608 - the name of the table is made here
"""Find a row of a batch in the file that it was read from."""

from collections.abc import Sequence
from pathlib import Path

from pipeweave_dagster.core.documents import ReadSetting, SnapshotColumn
from pipeweave_dagster.core.errors import not_found
from pipeweave_dagster.core.ingest.aligned_batch import read_fitting
from pipeweave_dagster.core.ingest.base.limits import IngestLimits
from pipeweave_dagster.core.ingest.base.row_place import RowPlace
from pipeweave_dagster.core.ingest.base.workspace import workspace
from pipeweave_dagster.core.ingest.column_matching import ColumnMatcher


def find_row(
    file: Path,
    name: str,
    row: int,
    columns: list[SnapshotColumn],
    limits: IngestLimits,
    matcher: ColumnMatcher,
    reads: Sequence[ReadSetting | None],
) -> RowPlace:
    """Find a row; see `pipeweave_dagster.core.ingest.locate_row`."""
    out = file.parent / f"{file.name}-row"
    with workspace(out, limits, [file]) as space:
        raw = read_fitting((file, name), space, columns, reads, matcher)
        if not 0 <= row < raw.rows:
            raise not_found(
                f"{name!r} has no row {row}.", fix=f"Rows are counted from 0 to {raw.rows - 1}."
            )
        cells = ", ".join(f"CAST(c{j} AS VARCHAR)" for j in range(len(raw.names)))
        found = space.query_row(f"SELECT {cells} FROM {raw.table} WHERE rowid = {int(row)}")
        names = [n.strip() or f"column_{j + 1}" for j, n in enumerate(raw.names)]
        values = {n: None if v is None else str(v) for n, v in zip(names, found, strict=True)}
        return RowPlace(line=raw.line_numbers_of([row])[0], values=values)
