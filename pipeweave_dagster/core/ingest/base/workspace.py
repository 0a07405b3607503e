"""A scratch folder and a DuckDB connection with bounded memory, both removed afterwards."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from pipeweave_dagster.core.ingest.base.limits import IngestLimits


@dataclass(frozen=True)
class Workspace:
    """Working area of one ingest: `folder` for temporary files, `db` for DuckDB tables."""

    folder: Path
    db: duckdb.DuckDBPyConnection
    limits: IngestLimits

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Return all rows of a query (DuckDB requires reading a result before the next query)."""
        return self.db.execute(sql).fetchall()

    def query_row(self, sql: str) -> tuple[Any, ...]:
        """Return the only row of a query."""
        return self.query(sql)[0]


@contextmanager
def workspace(out: Path, limits: IngestLimits, size: int = 0) -> Iterator[Workspace]:
    """Open a scratch folder beside `out` (same disk, so moves are cheap) and remove it at the end.

    Tables are kept in memory if `size` (bytes) is small, else in a database file in the folder.
    DuckDB may neither load extensions nor access the network, because the files are untrusted.
    """
    folder = Path(tempfile.mkdtemp(prefix=".ingest-", dir=out.parent))
    try:
        db = duckdb.connect(
            str(folder / "work.duckdb") if size > limits.max_in_memory_bytes else ":memory:",
            config={
                "memory_limit": f"{limits.memory_mb}MB",
                "threads": limits.threads,
                "temp_directory": str(folder / "spill"),
                "preserve_insertion_order": True,
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
            },
        )
        try:
            db.execute("SET enable_progress_bar = false")
            yield Workspace(folder, db, limits)
        finally:
            db.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
