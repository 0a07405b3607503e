"""Many partitions on SQLite, with the limit on variables that SQLite itself has by default."""

import datetime as dt
import os
import sqlite3
import tempfile
import time
from pathlib import Path
from typing import Any

import dagster as dg
from dagster._core.definitions.partitions.context import partition_loading_context
from sqlalchemy import Engine, event

from pipeweave_dagster.cli.support import home
from pipeweave_dagster.definitions import defs
from pipeweave_dagster.lib.partitions import DATASETS
from pipeweave_dagster.lib.restarts import active_runs, restart_requests

# Debian's builds allow 250,000; most others have the default.
_MOST_VARIABLES = 32_766


def partitions(count: int) -> list[dict[str, Any]]:
    """Return a row per thing that we ask Dagster for: its processor time, and its error if any."""
    event.listen(Engine, "connect", _limit)
    try:
        with tempfile.TemporaryDirectory(prefix="pipeweave-load-") as place:
            return _asked(Path(place), count)
    finally:
        event.remove(Engine, "connect", _limit)


def _limit(connection: Any, _record: Any) -> None:
    if isinstance(connection, sqlite3.Connection):
        connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, _MOST_VARIABLES)


def _asked(folder: Path, count: int) -> list[dict[str, Any]]:
    os.environ["PIPEWEAVE_HOME"] = str(folder)
    os.environ.pop("PIPEWEAVE_STORAGE", None)
    home.settings.cache_clear()
    storage = home.prepare().storage_folder
    for name in ("data-00000", "new"):
        (storage / "uploads" / name).mkdir(parents=True)
        (storage / "uploads" / name / "data.csv").write_text("a\n1\n")
        os.utime(storage / "uploads" / name / "data.csv", (0, 0))
    repository = defs.get_repository_def()
    jobs = [repository.get_job("process_dataset")]
    with dg.DagsterInstance.get() as instance:
        names = [f"data-{number:05}" for number in range(count)]
        for at in range(0, count, 1000):
            instance.add_dynamic_partitions(str(DATASETS.name), names[at : at + 1000])

        def tick(name: str) -> Any:
            context = dg.build_sensor_context(instance, repository_def=repository, sensor_name=name)
            with partition_loading_context(dynamic_partitions_store=instance):
                return repository.get_sensor_def(name).evaluate_tick(context)

        def schedule() -> Any:
            now = dt.datetime.now(dt.UTC)
            context = dg.build_schedule_context(
                instance, scheduled_execution_time=now, repository_def=repository
            )
            return repository.get_schedule_def("retrain_due").evaluate_tick(context)

        acts = {
            "a new partition": lambda: instance.add_dynamic_partitions(str(DATASETS.name), ["new"]),
            "tick of uploads": lambda: tick("uploads"),
            "tick of predict": lambda: tick("predict"),
            "tick of reap_dead_runs": lambda: tick("reap_dead_runs"),
            "retrain_due": schedule,
            "restarts": lambda: list(restart_requests(instance, jobs)),
            "active runs of one": lambda: active_runs(instance, names[-1]),
        }
        return [_tried(name, act, count) for name, act in acts.items()]


def _tried(name: str, act: Any, count: int) -> dict[str, Any]:
    began, error = time.process_time(), "-"
    try:
        act()
    except Exception as caught:  # noqa: BLE001 - what is wrong is the result
        error = f"{type(caught).__name__}: {str(caught)[:80]}"
    seconds = time.process_time() - began
    return {"partitions": count, "asked": name, "processor": f"{seconds:.2f} s", "error": error}
