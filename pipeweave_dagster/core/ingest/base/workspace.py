"""A scratch folder and a DuckDB connection with bounded memory, both gone afterwards."""

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
    """Where one ingest works: `folder` for its files, `db` for its tables."""

    folder: Path
    db: duckdb.DuckDBPyConnection
    limits: IngestLimits

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """All rows of a query (DuckDB wants a result read to its end before the next query)."""
        return self.db.execute(sql).fetchall()

    def one(self, sql: str) -> tuple[Any, ...]:
        """The only row of a query."""
        return self.rows(sql)[0]


@contextmanager
def workspace(out: Path, limits: IngestLimits, size: int = 0) -> Iterator[Workspace]:
    """Open a scratch folder beside `out` (same disk, so moves are cheap) and remove it at the end.

    Tables lie in memory for files of a small `size` (bytes), else in a file of the folder.

    DuckDB may neither load extensions nor reach the network: the files are not trusted.
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


def identifier(name: str) -> str:
    """A name as a quoted SQL identifier, whatever it contains."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as a quoted SQL string, whatever it contains."""
    return "'" + text.replace("'", "''") + "'"
