"""One DuckDB instance for the small databases that the product opens in a process of the tests.

An instance takes 15 to 30 ms of processor time, in which DuckDB registers its functions, and four
thousand tests read a file; a database attached to it takes half a millisecond. Each reader still
gets an empty database and a connection of its own. What the instance may open is wider, though:
the folders of temporary files. Tests of that access ask for the fixture `own_database`.
"""

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from pipeweave_dagster.core.ingest.base import database
from pipeweave_dagster.core.ingest.base.limits import DEFAULT_LIMITS, IngestLimits

if TYPE_CHECKING:
    import duckdb

plain = database.open_database
"""Opens an instance, as the product does."""
_numbers = count()


@contextmanager
def attached(
    file: str, spill: Path, limits: IngestLimits, folders: Sequence[Path], files: Sequence[Path]
) -> Iterator["duckdb.DuckDBPyConnection"]:
    """Attach a database to the kept instance; open one of its own where that would differ."""
    usual = (limits.memory_mb, limits.threads) == (DEFAULT_LIMITS.memory_mb, DEFAULT_LIMITS.threads)
    if file != ":memory:" or not usual or not all(map(_is_temporary, [*folders, *files])):
        with plain(file, spill, limits, folders, files) as db:
            yield db
        return
    name = f"kept{next(_numbers)}"
    with _instance().cursor() as db:
        db.execute(f"ATTACH ':memory:' AS {name}; USE {name}")
        try:
            yield db
        finally:
            with suppress(Exception):  # of a transaction that failed
                db.execute("ROLLBACK")
            db.execute(f"USE memory; DETACH {name}")


def _is_temporary(path: Path) -> bool:
    return path.resolve().is_relative_to(_temporary())


@cache
def _temporary() -> Path:
    return Path(tempfile.gettempdir()).resolve()


@cache
def _instance() -> "duckdb.DuckDBPyConnection":
    """Open the instance once per process; its databases are in memory, so nothing is closed."""
    spill = _temporary() / f"pipeweave-kept-{os.getpid()}"
    opened = plain(":memory:", spill, DEFAULT_LIMITS, [_temporary()], [])
    _kept.append(opened)
    return opened.__enter__()


_kept: list[object] = []
"""What is open: as a generator it would be closed when nobody refers to it."""
