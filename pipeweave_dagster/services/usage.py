"""Disk usage of an installation by kind: objects and bytes, in total and old."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeweave_dagster.adapters.storage import Skipped, Storage
from pipeweave_dagster.adapters.storage.keys import printable
from pipeweave_dagster.settings import Settings

_STORAGE = {
    "uploads": "uploaded files to train on",
    "predict": "uploaded files to score",
    "labels": "true outcomes",
    "raw": "received uploads, unchanged",
    "documents": "documents of the assets",
    "payloads": "tables, reports, models, test rows",
    "datasets": "records of runs, and of reusable results",
    "predictions": "predictions of batches",
    "overview": "index of the overview",
    "sensors": "cursors of the sensors",
    "alerts": "open problems, and messages that were sent",
    "users": "users and their roles",
    "user_tokens": "tokens of scripts, hashed",
    "audit": "who did what",
    "ownership": "who owns which data set",
    "leases": "signs of life of runs",
    "gc": "what the garbage collector has seen",
}
_CACHE = {
    "cache/trials": "finished trials of searches (limited)",
    "cache/objects": "copies of objects (may be deleted)",
    "cache/scratch": "files of active runs",
}
_OTHER = "not from PipeWeave"


@dataclass
class Area:
    """One kind of stored data.

    Attributes:
        place: `storage`, or `home` of this machine.
        name: Folder or file below it.
        meaning: Description.
        objects: Number of objects or files.
        bytes: Their size.
        old_objects: Those written before the given time.
        old_bytes: Their size.
    """

    place: str
    name: str
    meaning: str
    objects: int = 0
    bytes: int = 0
    old_objects: int = 0
    old_bytes: int = 0

    def add(self, size: int, *, old: bool) -> None:
        """Count one object."""
        self.objects += 1
        self.bytes += size
        self.old_objects += old
        self.old_bytes += size * old


def usage(
    settings: Settings, storage: Storage, before: float, skipped: list[Skipped] | None = None
) -> list[Area]:
    """Count everything in the storage and in the home of this machine.

    Args:
        settings: Where the home is.
        storage: The storage.
        before: Objects written before this time (seconds since 1970) are old.
        skipped: Receives what could not be counted; without it, an unreadable folder is an error.

    Returns:
        One entry per kind, also for kinds without objects. Cost: one listing of everything.
    """
    objects = (("storage", o.key, o.size, o.modified) for o in storage.list("", skipped))
    known = {name: Area("storage", name, meaning) for name, meaning in _STORAGE.items()}
    areas = list(_counted(objects, known, before))
    inside = None if settings.storage_is_s3 else settings.storage_folder
    files = (("home", *file) for file in _files(settings.home, inside))
    return [*areas, *_counted(files, _of_home(settings), before)]


def _of_home(settings: Settings) -> dict[str, Area]:
    kinds = {
        "mlflow.db": "MLflow's runs and registered models",
        "mlartifacts": "MLflow's files: models, plots, cards",
        settings.dagster_home.name: "Dagster's runs, events and logs",
        "dev.json": "process of 'pipeweave dev'",
        "dev.lock": "lock of 'pipeweave dev'",
        "creation.lock": "lock of the creation of databases",
        **_CACHE,
    }
    return {name: Area("home", name, meaning) for name, meaning in kinds.items()}


def _counted(
    files: Iterable[tuple[str, str, int, float]], areas: dict[str, Area], before: float
) -> Iterable[Area]:
    for place, key, size, modified in files:
        parts = key.split("/")
        name = next((n for n in ("/".join(parts[:2]), parts[0]) if n in areas), parts[0])
        name = next((n for n in areas if _is_beside(name, n)), name)
        area = areas.setdefault(name, Area(place, name, _OTHER))
        area.add(size, old=modified < before)
    return areas.values()


def _is_beside(name: str, database: str) -> bool:
    """Whether a file belongs to a database: SQLite's journal, or PipeWeave's lock and marker."""
    return name.startswith(f"{database}-") or name in {f"{database}.lock", f"{database}.ready"}


def _files(home: Path, without: Path | None) -> Iterator[tuple[str, int, float]]:
    for base, folders, files in os.walk(home):
        folders[:] = [name for name in folders if Path(base) / name != without]
        for name in files:
            path = Path(base) / name
            try:
                facts = path.lstat()
            except FileNotFoundError:  # deleted since the listing
                continue
            yield printable(path.relative_to(home).as_posix()), facts.st_size, facts.st_mtime
