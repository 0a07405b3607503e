"""The size report counts everything once, by kind and by age."""

import os
import time
from pathlib import Path

import pytest

from pipeweave_dagster.adapters.storage import Skipped, open_storage
from pipeweave_dagster.services.usage import usage
from pipeweave_dagster.settings import Settings

FILES = {
    "storage/uploads/d/a.csv": 5,
    "storage/payloads/ab/model.skops": 70,
    "storage/mine/x": 1,
    "mlflow.db": 9,
    "mlflow.db-wal": 2,
    "mlflow.db.lock": 1,
    "mlflow.db.ready": 1,
    "dev.json": 4,
    "dev.lock": 1,
    "creation.lock": 1,
    "mlartifacts/1/run/model": 11,
    "dagster/history/runs.db": 13,
    "cache/trials/t/trials.jsonl": 17,
    "notes.txt": 3,
}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    for name, size in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x" * size)
    long_ago = time.time() - 100 * 86400
    os.utime(tmp_path / "storage/payloads/ab/model.skops", (long_ago, long_ago))
    return Settings(home=tmp_path, storage=str(tmp_path / "storage"))


def test_everything_is_counted_once(settings: Settings) -> None:
    areas = usage(settings, open_storage(settings), time.time() - 86400)
    found = {(a.place, a.name): (a.objects, a.bytes) for a in areas if a.objects}
    assert found == {
        ("storage", "uploads"): (1, 5),
        ("storage", "payloads"): (1, 70),
        ("storage", "mine"): (1, 1),
        ("home", "mlflow.db"): (4, 13),
        ("home", "dev.json"): (1, 4),
        ("home", "dev.lock"): (1, 1),
        ("home", "creation.lock"): (1, 1),
        ("home", "mlartifacts"): (1, 11),
        ("home", "dagster"): (1, 13),
        ("home", "cache/trials"): (1, 17),
        ("home", "notes.txt"): (1, 3),
    }
    assert sum(a.bytes for a in areas) == sum(FILES.values())
    foreign = {a.name for a in areas if a.meaning == "not from PipeWeave"}
    assert foreign == {"mine", "notes.txt"}
    assert len(areas) == len({(a.place, a.name) for a in areas})


def test_old_is_what_was_written_before(settings: Settings) -> None:
    areas = usage(settings, open_storage(settings), time.time() - 86400)
    assert {a.name: (a.old_objects, a.old_bytes) for a in areas if a.old_objects} == {
        "payloads": (1, 70)
    }


def test_names_that_are_not_utf8_do_not_stop_the_count(settings: Settings) -> None:
    for folder in (settings.storage_folder / "uploads", settings.home):
        Path(os.fsdecode(bytes(folder) + b"/caf\xe9")).write_bytes(b"x")
    skipped: list[Skipped] = []
    areas = usage(settings, open_storage(settings), time.time() - 86400, skipped)
    assert [s.place for s in skipped] == ["uploads/caf\\xe9"]
    assert "caf\\xe9" in {area.name for area in areas}
