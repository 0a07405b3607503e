"""`pipeweave datasets rm` beside runs: what they write may not come back after it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
import pytest
from click.testing import Result
from typer.testing import CliRunner

from pipeweave_dagster.adapters.storage.folder import FolderStorage
from pipeweave_dagster.cli.app import build_app
from pipeweave_dagster.cli.support import home as cli_home

KEYS = ["datasets/d/HEAD.json", "uploads/d/a.csv"]


@dg.job
def _process() -> None:
    """Its events are written by the test."""


@pytest.fixture
def storage(home: Path) -> FolderStorage:
    storage = FolderStorage(home / "storage")
    for key in KEYS:
        storage.put(key, b"{}")
    return storage


@pytest.fixture
def instance(monkeypatch: pytest.MonkeyPatch) -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:

        @contextmanager
        def opened() -> Iterator[dg.DagsterInstance]:
            yield instance

        monkeypatch.setattr(cli_home, "instance", opened)
        yield instance


def started(instance: dg.DagsterInstance, dataset: str = "d") -> dg.DagsterRun:
    run = instance.create_run_for_job(_process, tags={"dagster/partition": dataset})
    event = dg.DagsterEvent(dg.DagsterEventType.RUN_START.value, "_process")
    instance.report_dagster_event(event, run.run_id)
    return run


def rm() -> Result:
    return CliRunner().invoke(build_app(), ["datasets", "rm", "d", "--yes"])


def test_a_dry_run_removes_nothing_and_names_what_stays(
    storage: FolderStorage, instance: dg.DagsterInstance
) -> None:
    started(instance)
    storage.put("predictions/d/batch/1.csv", b"x")
    storage.put("datasets/d/models/3.json", b"{}")
    command = ["datasets", "rm", "d", "--dry-run", "--json"]
    found = json.loads(CliRunner().invoke(build_app(), command).stdout)
    assert found["areas"] == {"uploads": 1, "datasets": 2, "predictions": 1}
    assert (found["removed"], found["dry_run"]) == (4, True)
    assert any("pipeweave-d (versions 3)" in text for text in found["stays"])
    assert left(storage) == KEYS


def left(storage: FolderStorage) -> list[str]:
    return sorted(stored.key for stored in storage.list("") if stored.key in KEYS)


def test_rm_refuses_beside_a_run_of_the_data_set(
    storage: FolderStorage, instance: dg.DagsterInstance
) -> None:
    started(instance, "another")
    run = started(instance)
    refused = rm()
    assert refused.exit_code != 0
    assert "'d' has 1 runs that are queued or under way" in str(refused.exception)
    assert f"pipeweave runs cancel {run.run_id[:8]}" in str(refused.exception)
    assert left(storage) == KEYS
    instance.report_run_canceled(run)
    assert rm().exit_code == 0
    assert left(storage) == []


def test_rm_stops_where_a_sensor_has_just_started_a_run(
    storage: FolderStorage, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The landing zone is emptied first; whatever was started by then is seen."""

    def delete(self: FolderStorage, key: str) -> None:
        original(self, key)
        started(instance)

    original = FolderStorage.delete
    monkeypatch.setattr(FolderStorage, "delete", delete)
    assert rm().exit_code != 0
    assert left(storage) == ["datasets/d/HEAD.json"]
