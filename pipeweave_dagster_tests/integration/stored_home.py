"""Unpack a home that an earlier release wrote, so that it works where it is now."""

import sqlite3
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeweave_dagster.services.workbench import Workbench
from pipeweave_dagster.settings import Settings

MADE_IN = "/home/somebody/pipeweave"
"""The folder of each stored home, as it is written in the MLflow store."""


def unpack(archive: Path, folder: Path) -> Path:
    """Return the home, unpacked into the folder."""
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    _move_mlflow(folder / "home", str(folder))
    return folder / "home"


@contextmanager
def opened(home: Path) -> Iterator[Workbench]:
    """Open a workbench that leaves its workers, and what they have imported, to the next one."""
    workbench = Workbench(Settings(home=home))
    try:
        yield workbench
    finally:
        workbench.hand_on()


def _move_mlflow(home: Path, new: str) -> None:
    """MLflow keeps absolute addresses of artifacts, in its database and beside each model."""
    with sqlite3.connect(home / "mlflow.db") as store:
        listed = store.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        for (table,) in listed.fetchall():
            columns = store.execute(f"PRAGMA table_info({table})").fetchall()
            for name in [row[1] for row in columns if "CHAR" in row[2] or row[2] == "TEXT"]:
                update = f"UPDATE {table} SET {name} = replace({name}, ?, ?) WHERE {name} LIKE ?"
                store.execute(update, (MADE_IN, new, f"%{MADE_IN}%"))
    for file in home.rglob("MLmodel"):
        file.write_text(file.read_text().replace(MADE_IN, new))
