"""A scratch folder and a DuckDB connection with bounded memory, both removed afterwards."""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from pipeweave_dagster.core.ingest.base.limits import IngestLimits
from pipeweave_dagster.core.ingest.base.literal_paths import LiteralPaths
from pipeweave_dagster.core.ingest.base.sql_quoting import literal


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

    Tables are kept in memory if the files are small, else in a database file in the folder. Because
    the files are untrusted, DuckDB can load no extensions, reach no network, and open only these
    files and what is in both folders.
    """
    size = sum(path.stat().st_size for path in files)
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
        paths = LiteralPaths(folder)
        try:
            _lock(db, [out, folder, paths.folder], files)
            yield Workspace(folder, db, limits, paths)
        finally:
            db.close()
            paths.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _lock(db: duckdb.DuckDBPyConnection, folders: Sequence[Path], files: Sequence[Path]) -> None:
    """Close the file system but for these folders and files, and keep it closed."""
    for name, paths in (("allowed_directories", folders), ("allowed_paths", files)):
        listed = ", ".join(literal(str(path.resolve())) for path in paths)
        db.execute(f"SET {name} = [{listed}]")
    # In a notebook without ipywidgets it is off, and DuckDB refuses to set it, also to what it is.
    if db.execute("SELECT current_setting('enable_progress_bar')").fetchone() != (False,):
        db.execute("SET enable_progress_bar = false")
    db.execute("SET enable_external_access = false")
    db.execute("SET lock_configuration = true")
