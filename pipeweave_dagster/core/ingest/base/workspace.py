"""A scratch folder and a DuckDB connection with bounded memory, both removed afterwards."""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from pipeweave_dagster.core.ingest.base import database
from pipeweave_dagster.core.ingest.base.limits import IngestLimits
from pipeweave_dagster.core.ingest.base.literal_paths import LiteralPaths


@dataclass(frozen=True)
class Workspace:
    """Working area of one ingest: `folder` for temporary files, `db` for DuckDB tables."""

    folder: Path
    db: duckdb.DuckDBPyConnection
    limits: IngestLimits
    paths: LiteralPaths

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Return all rows of a query (DuckDB requires reading a result before the next query)."""
        return self.db.execute(sql).fetchall()

    def query_row(self, sql: str) -> tuple[Any, ...]:
        """Return the only row of a query."""
        return self.query(sql)[0]


@contextmanager
def workspace(out: Path, limits: IngestLimits, files: Sequence[Path]) -> Iterator[Workspace]:
    """Open a scratch folder beside `out` (same disk, so moves are cheap) and remove it at the end.

    Tables are kept in memory if the files are small, else in a database file in the folder. DuckDB
    can open only these files and what is in both folders.
    """
    size = sum(path.stat().st_size for path in files)
    folder = Path(tempfile.mkdtemp(prefix=".ingest-", dir=out.parent))
    try:
        file = str(folder / "work.duckdb") if size > limits.max_in_memory_bytes else ":memory:"
        paths = LiteralPaths(folder)
        folders = [out, folder, paths.folder]
        try:
            with database.open_database(file, folder / "spill", limits, folders, files) as db:
                yield Workspace(folder, db, limits, paths)
        finally:
            paths.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
