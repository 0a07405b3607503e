"""A DuckDB database with bounded memory, which opens nothing but what it is given."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pipeweave_dagster.core.ingest.base.limits import IngestLimits
from pipeweave_dagster.core.ingest.base.sql_quoting import literal

if TYPE_CHECKING:
    import duckdb


@contextmanager
def open_database(
    file: str, spill: Path, limits: IngestLimits, folders: Sequence[Path], files: Sequence[Path]
) -> Iterator["duckdb.DuckDBPyConnection"]:
    """Open a database, and close it at the end.

    Because the files are untrusted, DuckDB can load no extensions, reach no network, and open only
    these files and what is in the folders.

    Args:
        file: Its file, or `:memory:`.
        spill: Folder for what does not fit into memory.
        limits: Its memory and threads.
        folders: Where it may read and write.
        files: What else it may read.
    """
    import duckdb

    db = duckdb.connect(
        file,
        config={
            "memory_limit": f"{limits.memory_mb}MB",
            "threads": limits.threads,
            "temp_directory": str(spill),
            "preserve_insertion_order": True,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        },
    )
    try:
        _lock(db, folders, files)
        yield db
    finally:
        db.close()


def _lock(db: "duckdb.DuckDBPyConnection", folders: Sequence[Path], files: Sequence[Path]) -> None:
    """Close the file system but for these folders and files, and keep it closed."""
    for name, paths in (("allowed_directories", folders), ("allowed_paths", files)):
        listed = ", ".join(literal(str(path.resolve())) for path in paths)
        db.execute(f"SET {name} = [{listed}]")
    # In a notebook without ipywidgets it is off, and DuckDB refuses to set it, also to what it is.
    if db.execute("SELECT current_setting('enable_progress_bar')").fetchone() != (False,):
        db.execute("SET enable_progress_bar = false")
    db.execute("SET enable_external_access = false")
    db.execute("SET lock_configuration = true")
