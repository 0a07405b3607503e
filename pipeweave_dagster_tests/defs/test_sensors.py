"""Sensors with a real instance and real storage; only time is told to them."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from pipeweave_dagster.build import build_defs
from pipeweave_dagster.core.documents import BatchRecord
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.lib import landing_tick, recent_requests
from pipeweave_dagster.lib.partitions import DATASETS, LABELS_TAG, UPLOAD_TAG, UPLOAD_VERSION_TAG
from pipeweave_dagster.lib.resources import WorkbenchResource
from pipeweave_dagster.services.batch_history import change_history, with_batch
from pipeweave_dagster.services.ownership import owners_of
from pipeweave_dagster.services.upload_locks import lock_upload


class Landing:
    """The landing zone in a folder, and the sensor that watches it."""

    def __init__(self, root: Path, instance: dg.DagsterInstance, sensor: str = "uploads") -> None:
        self.root = root
        self.resource = WorkbenchResource(storage=str(root), home=str(root / "home"))
        defs = build_defs(resources={"workbench": self.resource})
        self.repository = defs.get_repository_def()
        self.sensor = next(s for s in defs.sensors or [] if s.name == sensor)
        self.instance = instance
        self.cursor: str | None = None

    def drop(self, key: str, content: str, *, age: float = 60) -> None:
        path = self.root / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
        stamp = time.time() - age
        os.utime(path, (stamp, stamp))

    def tick(self) -> list[dg.RunRequest]:
        """What one tick of the daemon starts."""
        context = dg.build_sensor_context(
            instance=self.instance,
            cursor=self.cursor,
            repository_def=self.repository,
            sensor_name=self.sensor.name,
        )
        result = self.sensor(context)
        if isinstance(result, dg.SkipReason):
            self.cursor = context.cursor
            return []
        assert isinstance(result, dg.SensorResult)
        self.cursor = result.cursor
        for request in result.dynamic_partitions_requests or []:
            self.instance.add_dynamic_partitions(
                request.partitions_def_name, list(request.partition_keys)
            )
        return list(result.run_requests or [])


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as ephemeral:
        yield ephemeral


@pytest.fixture
def landing(tmp_path: Path, instance: dg.DagsterInstance) -> Landing:
    return Landing(tmp_path / "storage", instance)


def keys(requests: list[dg.RunRequest]) -> list[tuple[str | None, str]]:
    return [(r.partition_key, r.tags[UPLOAD_TAG]) for r in requests]


def test_a_file_starts_one_run_of_its_data_set(landing: Landing) -> None:
    landing.drop("uploads/churn/churn.csv", "a,b\n1,2\n")
    requests = landing.tick()
    assert keys(requests) == [("churn", "uploads/churn/churn.csv")]
    assert landing.instance.get_dynamic_partitions(str(DATASETS.name)) == ["churn"]
    assert landing.tick() == []


def test_overwriting_and_the_same_bytes_again_are_new_versions(landing: Landing) -> None:
    run_keys = set()
    for number, content in enumerate(("A", "B", "A")):
        landing.drop("uploads/churn/churn.csv", content, age=60 - number)
        (request,) = landing.tick()
        run_keys.add(request.run_key)
    assert len(run_keys) == 3


def test_twenty_files_at_once_are_twenty_runs(landing: Landing) -> None:
    for number in range(20):
        landing.drop(f"uploads/set-{number}/x.csv", str(number), age=60)
    requests = landing.tick()
    assert len({r.partition_key for r in requests}) == len(requests) == 20
    assert landing.tick() == []


def test_more_than_twenty_are_carried(landing: Landing) -> None:
    for number in range(45):
        landing.drop(f"uploads/set-{number}/x.csv", str(number))
    counts = [len(landing.tick()) for _ in range(4)]
    assert counts == [20, 20, 5, 0]


def test_a_half_copied_file_waits(landing: Landing) -> None:
    landing.drop("uploads/churn/churn.csv", "a,b\n", age=0)
    assert landing.tick() == []
    landing.drop("uploads/churn/churn.csv", "a,b\n1,2\n", age=0)
    assert landing.tick() == []
    landing.drop("uploads/churn/churn.csv", "a,b\n1,2\n3,4\n", age=10)
    assert len(landing.tick()) == 1


def test_a_name_with_odd_characters_gets_a_safe_key(landing: Landing) -> None:
    landing.drop("uploads/a,b/x.csv", "1")
    landing.drop("uploads/a;b/x.csv", "2")
    names = {r.partition_key for r in landing.tick()}
    assert len(names) == 2
    assert all(name and "," not in name and ";" not in name for name in names)


def test_settings_alone_start_a_run_but_not_beside_their_data(landing: Landing) -> None:
    landing.drop("uploads/churn/churn.csv", "a,b\n1,2\n")
    landing.drop("uploads/churn/pipeweave.yaml", "target: b\n")
    assert keys(landing.tick()) == [("churn", "uploads/churn/churn.csv")]
    landing.drop("uploads/churn/pipeweave.yaml", "target: a\n", age=30)
    assert keys(landing.tick()) == [("churn", "uploads/churn/pipeweave.yaml")]


def test_the_owner_that_a_file_names_is_recorded_before_the_run_is_requested(
    landing: Landing,
) -> None:
    """The run may wait in the queue, and others could use the data set until then."""
    landing.drop("uploads/churn/pipeweave.yaml", "owner: ada\n")
    landing.drop("uploads/damaged/pipeweave.yaml", "owner: [\n")
    assert (landing.tick(), owners_at(landing)) == ([], {})
    for name in ("churn", "damaged", "other"):
        landing.drop(f"uploads/{name}/x.csv", "a,b\n1,2\n")
    assert len(landing.tick()) == 3
    assert owners_at(landing) == {"churn": "ada"}
    landing.drop("uploads/other/pipeweave.yaml", "owner: bob\n")
    assert len(landing.tick()) == 1
    assert owners_at(landing) == {"churn": "ada", "other": "bob"}


def owners_at(landing: Landing) -> dict[str, str]:
    with landing.resource.open() as bench:
        return owners_of(bench.store)


def test_settings_without_data_wait_for_it(landing: Landing) -> None:
    """A run that finds no file would fail; a file that is still written is none yet."""
    landing.drop("uploads/churn/pipeweave.yaml", "target: b\n")
    assert landing.tick() == []
    landing.drop("uploads/churn/churn.csv", "a,b\n", age=0)
    landing.drop("uploads/churn/pipeweave.yaml", "target: a\n", age=30)
    assert landing.tick() == []
    landing.drop("uploads/churn/churn.csv", "a,b\n1,2\n")
    assert keys(landing.tick()) == [("churn", "uploads/churn/churn.csv")]
    assert landing.tick() == []


def test_what_the_command_line_has_started_is_left_alone(landing: Landing) -> None:
    key = "uploads/churn/churn.csv"
    store = landing.resource.open().store
    with lock_upload(store, key):
        landing.drop(key, "a,b\n1,2\n")
        assert landing.tick() == []
    version = next(o.version for o in store.storage.list("uploads/"))
    landing.instance.create_run_for_job(
        landing.repository.get_job("process_dataset"), tags={UPLOAD_VERSION_TAG: version}
    )
    assert landing.tick() == []


def test_a_lost_cursor_starts_nothing_twice(landing: Landing) -> None:
    landing.drop("uploads/churn/churn.csv", "a,b\n1,2\n")
    (request,) = landing.tick()
    landing.instance.create_run_for_job(
        landing.repository.get_job("process_dataset"), tags=dict(request.tags)
    )
    landing.cursor = None
    assert landing.tick() == []


def test_a_failed_listing_fails_the_tick_and_forgets_nothing(
    landing: Landing, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipeweave_dagster.adapters.storage.folder import FolderStorage

    landing.drop("uploads/churn/churn.csv", "1")
    landing.tick()
    before = landing.cursor

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr(FolderStorage, "list", refuse)
        with pytest.raises((PipeWeaveError, PermissionError, dg.DagsterError)):
            landing.tick()
    assert landing.cursor == before
    assert landing.tick() == []


def test_the_cursor_stays_small(landing: Landing) -> None:
    for number in range(300):
        landing.drop(f"uploads/set/{number}.csv", str(number))
    for _ in range(3):
        landing.tick()
    assert len(landing.cursor or "") <= 64
    assert len(list((landing.root / "sensors" / "uploads").glob("*.json"))) <= 2


def test_files_to_score_start_batches(tmp_path: Path, instance: dg.DagsterInstance) -> None:
    landing = Landing(tmp_path / "storage", instance, sensor="predict")
    landing.drop("predict/churn/monday.csv", "a,b\n1,2\n")
    (request,) = landing.tick()
    assert request.partition_key == "churn"
    assert request.tags["pipeweave/batch"] == "predict/churn/monday.csv"


def test_files_of_labels_start_the_measurement(
    tmp_path: Path, instance: dg.DagsterInstance
) -> None:
    landing = Landing(tmp_path / "storage", instance, sensor="labels")
    landing.drop("labels/Churn/june.csv", "id,left\n1,yes\n")
    landing.drop("predict/churn/june.csv", "id,age\n1,30\n")
    (request,) = landing.tick()
    assert (request.partition_key, request.tags[LABELS_TAG]) == ("churn", "labels/Churn/june.csv")
    assert landing.tick() == []
    job = landing.repository.get_job("measure_performance")
    assert {key.path[-1] for key in job.asset_layer.executable_asset_keys} == {"performance"}


def test_labels_that_arrive_together_are_joined_by_one_run(
    tmp_path: Path, instance: dg.DagsterInstance
) -> None:
    """A run reads all files: a backlog of twelve months had twelve equal runs."""
    landing = Landing(tmp_path / "storage", instance, sensor="labels")
    for month in ("april", "may", "june"):
        landing.drop(f"labels/churn/{month}.csv", "id,left\n1,yes\n")
    landing.drop("labels/other/may.csv", "id,left\n1,yes\n")
    requests = landing.tick()
    assert {request.partition_key for request in requests} == {"churn", "other"}
    assert len(requests) == 2
    assert landing.tick() == []
    landing.drop("labels/churn/april.csv", "id,left\n1,no\n2,yes\n")
    (request,) = landing.tick()
    assert request.tags[LABELS_TAG] == "labels/churn/april.csv"


@pytest.fixture
def labels(tmp_path: Path, instance: dg.DagsterInstance) -> Landing:
    """Labels of a data set that has scored a batch, and of one that was removed."""
    landing = Landing(tmp_path / "storage", instance, sensor="labels")
    landing.drop("uploads/churn/churn.csv", "id,age,left\n1,30,no\n")
    batch = BatchRecord(
        batch="may", model_version="1", rows=1, scored_at=1.0, predictions_key="", data_sha256=""
    )
    with landing.resource.open() as bench:
        for name in ("churn", "removed"):
            change_history(bench.store, name, lambda history: with_batch(history, batch))
    for key in ("churn/may.csv", "churn/bad.csv", "removed/may.csv", "never-scored/may.csv"):
        landing.drop(f"labels/{key}", "id,left\n1,yes\n")
    assert len(landing.tick()) == 3
    assert landing.tick() == []
    return landing


def test_a_removed_file_of_labels_starts_the_measurement(labels: Landing) -> None:
    """The report went on naming a file that was refused until other labels arrived."""
    (labels.root / "labels/churn/bad.csv").unlink()
    (labels.root / "labels/removed/may.csv").unlink()
    (labels.root / "labels/never-scored/may.csv").unlink()
    (request,) = labels.tick()
    assert (request.partition_key, request.tags[LABELS_TAG]) == ("churn", "labels/churn/bad.csv")
    assert labels.tick() == []
    labels.drop("labels/churn/good.csv", "id,left\n2,no\n")
    (labels.root / "labels/churn/may.csv").unlink()
    (request,) = labels.tick()
    assert request.tags[LABELS_TAG] == "labels/churn/good.csv", "one run for both changes"
    assert labels.tick() == []


def test_labels_that_are_moved_away_and_back_are_measured_each_time(labels: Landing) -> None:
    """The file that comes back is the version of which Dagster has a run already."""
    path, away, run_keys = labels.root / "labels/churn/bad.csv", labels.root / "away", set()
    for _ in range(2):
        path.rename(away)
        requests = labels.tick()
        away.rename(path)
        requests += labels.tick()
        assert len(requests) == 2
        for request in requests:
            run_keys.add(request.run_key)
            labels.instance.create_run_for_job(
                labels.repository.get_job("measure_performance"), tags=dict(request.tags)
            )
    assert len(run_keys) == 4


def test_removals_beyond_the_limit_of_a_tick_are_carried(
    labels: Landing, monkeypatch: pytest.MonkeyPatch
) -> None:
    labels.drop("uploads/removed/again.csv", "id,age,left\n1,30,no\n")
    for key in ("churn/bad.csv", "removed/may.csv"):
        (labels.root / "labels" / key).unlink()
    monkeypatch.setattr(landing_tick, "MAX_REQUESTS", 1)
    names = [[request.partition_key for request in labels.tick()] for _ in range(3)]
    assert sorted(map(len, names)) == [0, 1, 1]
    assert {name for tick in names for name in tick} == {"churn", "removed"}


def test_a_tick_that_was_lost_after_it_was_remembered_is_made_up_for(
    landing: Landing, monkeypatch: pytest.MonkeyPatch
) -> None:
    landing.drop("uploads/churn/churn.csv", "1")
    landing.tick()
    landing.drop("uploads/churn/more.csv", "2")
    before = landing.cursor
    assert len(landing.tick()) == 1
    landing.cursor = before  # the daemon died before it stored the new cursor
    monkeypatch.setattr(recent_requests, "FORGOTTEN_AFTER_S", -1.0)  # a minute later
    assert keys(landing.tick()) == [("churn", "uploads/churn/more.csv")]


def test_two_daemons_by_mistake_start_one_run_per_file(landing: Landing) -> None:
    """Both daemons have the same cursor, and neither sees the runs of the other yet."""
    landing.drop("uploads/churn/churn.csv", "a,b\n1,2\n")
    before = landing.cursor
    assert len(landing.tick()) == 1
    landing.cursor = before
    landing.drop("uploads/sales/sales.csv", "a,b\n1,2\n")
    assert landing.tick() == []
    assert landing.cursor == before, "nothing is passed over"
