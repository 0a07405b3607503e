"""What the schedule of retraining starts, on a real storage; only time is given to it."""

import datetime as dt
import os
from pathlib import Path

import dagster as dg
import pytest

from pipeweave_dagster.adapters.state import Attempt, DocumentStore, Entry, Head
from pipeweave_dagster.adapters.storage import open_storage
from pipeweave_dagster.build import build_defs
from pipeweave_dagster.core.documents import BatchRecord, LabelArrival, RawUpload
from pipeweave_dagster.core.landing import Upload
from pipeweave_dagster.lib import retrain_requests
from pipeweave_dagster.lib.resources import WorkbenchResource
from pipeweave_dagster.lib.retrain_requests import Request, requests
from pipeweave_dagster.lib.reuse_key import upload_key
from pipeweave_dagster.lib.upload_assets import assets_of_upload
from pipeweave_dagster.services.batch_history import change_history, with_batch
from pipeweave_dagster.services.receive import choose, settings_of
from pipeweave_dagster.services.retraining import retrain_state
from pipeweave_dagster.settings import Settings

DAY = 86_400.0
BATCH = BatchRecord(
    batch="b", model_version="1", scored_at=0, rows=9, predictions_key="k", data_sha256="s"
)


class Home:
    """A storage with one data set whose model was trained at time 0, and its clock."""

    def __init__(self, root: Path) -> None:
        self.settings = Settings(home=root, storage=str(root / "storage"))
        self.store = DocumentStore(open_storage(self.settings), root / "cache")
        self.root = root / "storage"

    def drop(self, name: str, text: str, *, changed: float = 0.0) -> None:
        path = self.root / "uploads" / "churn" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        os.utime(path, (changed, changed))

    def train(self, at: float = 0.0) -> None:
        """What a run leaves that has read all uploads."""
        settings = settings_of(self.store, "churn")
        uploads = choose(self.store, "churn", None, settings.mode)
        key = upload_key([u.version for u in uploads], settings, self.settings.max_dataset_bytes)
        document = self.store.save(RawUpload(dataset="churn", files=[], settings=settings))
        entries = {
            name: Entry(document=document, key=key, run_id="run1", made_at=at)
            for name in ("raw_upload", "model")
        }
        head = Head(dataset="churn", run_id="run1", moved_at=at, entries=entries)
        self.store.records.write("datasets/churn/HEAD.json", head)

    def look(self, now: float) -> tuple[list[Request], list[str]]:
        return requests(self.store, self.settings, now)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path)
    made.drop("a.csv", "x,y\n1,2\n")
    return made


def settings(text: str, home: Home) -> None:
    home.drop("pipeweave.yaml", text)
    home.train()


def test_a_model_that_is_due_is_retrained_once_on_new_data(home: Home) -> None:
    settings("retrain: {max_age_days: 30}", home)
    home.drop("b.csv", "x,y\n3,4\n", changed=9)
    assert home.look(29 * DAY) == ([], [])
    due, _ = home.look(31 * DAY)
    assert due == [Request("churn", "the model is 31.0 days old; the limit is 30")]
    assert home.look(31 * DAY + 600) == ([], []), "it has just been requested"


def test_unchanged_data_is_skipped_and_says_so(home: Home) -> None:
    settings("retrain: {max_age_days: 30}", home)
    due, skipped = home.look(31 * DAY)
    assert not due
    assert skipped == [
        "churn: the model is 31.0 days old; the limit is 30; skipped, nothing is new since run run1"
    ]
    state = retrain_state(home.store, "churn", home.settings, 31 * DAY)
    assert state is not None
    assert "nothing is new" in state.skipped
    home.drop("a.csv", "x,y\n1,2\n5,6\n", changed=40)
    assert home.look(32 * DAY)[0]


def test_append_sees_every_file_and_replace_only_the_newest(home: Home) -> None:
    settings("mode: append\nretrain: {max_age_days: 30}", home)
    home.drop("older.csv", "x,y\n3,4\n", changed=-9)
    assert home.look(31 * DAY)[0], "an older file is a part of the data set, too"
    settings("retrain: {max_age_days: 30}", home)
    home.drop("oldest.csv", "x,y\n3,4\n", changed=-99)
    assert not home.look(99 * DAY)[0]


def test_scored_batches_make_no_model_younger(home: Home) -> None:
    """HEAD moves with every batch: a model that predicts daily was never old enough."""
    settings("retrain: {max_age_days: 30}", home)
    home.drop("b.csv", "x,y\n3,4\n", changed=9)
    head = home.store.require_head("churn")
    home.store.records.write(
        "datasets/churn/HEAD.json", head.model_copy(update={"moved_at": 31 * DAY})
    )
    assert home.look(31 * DAY)[0]


def test_drift_and_labels_of_the_history_count(home: Home) -> None:
    settings("retrain: {on_drift: true, new_labels: 100, cooldown_hours: 1}", home)
    home.drop("b.csv", "x,y\n3,4\n", changed=9)
    assert home.look(DAY) == ([], [])
    drifted = BATCH.model_copy(update={"scored_at": DAY, "verdict": "drifted"})
    change_history(home.store, "churn", lambda h: with_batch(h, drifted))
    (request,) = home.look(2 * DAY)[0]
    assert "drifted" in request.reason
    home.train(2 * DAY + 60)
    home.drop("c.csv", "x,y\n3,4\n", changed=19)
    arrived = [LabelArrival(at=3 * DAY, rows=150)]
    change_history(home.store, "churn", lambda h: h.model_copy(update={"arrivals": arrived}))
    (request,) = home.look(4 * DAY)[0]
    assert request.reason == "150 rows got labels since the last training"


def test_a_schedule_of_the_installation_and_one_switch_per_data_set(home: Home) -> None:
    home.settings = home.settings.model_copy(update={"retrain_cron": "0 3 * * *"})
    home.train()
    home.drop("b.csv", "x,y\n3,4\n", changed=9)
    assert home.look(DAY)[0]
    home.drop("pipeweave.yaml", "retrain: {enabled: false}")
    assert home.look(9 * DAY) == ([], []), "it applies at once"
    home.drop("pipeweave.yaml", "retrain: [")
    assert home.look(9 * DAY)[1], "what cannot be read is said"


def test_a_run_under_way_is_not_doubled(home: Home) -> None:
    settings("retrain: {max_age_days: 30}", home)
    home.drop("b.csv", "x,y\n3,4\n", changed=9)
    running = Attempt(run_id="r2", started_at=1, state="running")
    home.store.save_attempt("churn", running)
    due, skipped = home.look(31 * DAY)
    assert not due
    assert "a run is under way" in skipped[0]


def test_a_damaged_data_set_does_not_stop_the_others(home: Home) -> None:
    settings("retrain: {max_age_days: 30}", home)
    home.drop("b.csv", "x,y\n3,4\n", changed=9)
    (home.root / "datasets" / "a-broken").mkdir(parents=True)
    entry = Entry(document="0" * 64, key="k", run_id="r", made_at=0)
    head = Head(
        dataset="a-broken", run_id="r", moved_at=0, entries={"model": entry, "raw_upload": entry}
    )
    home.store.records.write("datasets/a-broken/HEAD.json", head)
    home.store.storage.put("uploads/a-broken/pipeweave.yaml", b"retrain: [")
    due, skipped = home.look(31 * DAY)
    assert [request.dataset for request in due] == ["churn"]
    assert skipped[0].startswith("a-broken: ")


def test_an_upload_need_not_train(home: Home) -> None:
    job = (
        build_defs(
            resources={"workbench": WorkbenchResource(storage=str(home.root), home=str(home.root))}
        )
        .get_repository_def()
        .get_job("process_dataset")
    )
    upload = Upload(dataset="churn", key="uploads/churn/b.csv", version="v", size=1, modified=1)
    home.drop("pipeweave.yaml", "retrain: {on_upload: false}")
    assert assets_of_upload(home.store, job, upload) is None, "the first model needs no schedule"
    home.train()
    made = assets_of_upload(home.store, job, upload)
    assert made is not None
    names = {key.path[-1] for key in made}
    assert "findings" in names
    assert not names & {"pipeline", "model", "model_evaluation"}
    home.drop("pipeweave.yaml", "retrain: {cron: '0 3 * * *'}")
    assert assets_of_upload(home.store, job, upload) is None


def test_what_one_look_leaves_the_next_ones_request(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a night on which 5,000 models are due would stop the daemon for half an hour."""
    settings("retrain: {max_age_days: 30}", home)
    head = home.store.require_head("churn")
    names = [f"churn{number}" for number in range(5)]
    for name in names:
        copy = head.model_copy(update={"dataset": name})
        home.store.records.write(f"datasets/{name}/HEAD.json", copy)
        file = home.root / "uploads" / name / "new.csv"
        file.parent.mkdir(parents=True)
        file.write_text("x,y\n5,6\n")
        file.with_name("pipeweave.yaml").write_text("retrain: {max_age_days: 30}")
    monkeypatch.setattr(retrain_requests, "MOST_REQUESTS", 2)
    looks = [home.look(31 * DAY) for _ in range(4)]
    assert [[request.dataset for request in due] for due, _ in looks] == [
        names[:2], names[2:4], names[4:], [],
    ]  # fmt: skip
    assert "2 at a time" in looks[0][1][-1]


def test_the_schedule_starts_a_run_with_its_reason(home: Home) -> None:
    settings("retrain: {max_age_days: 30}", home)
    home.drop("b.csv", "x,y\n3,4\n", changed=9)
    resource = WorkbenchResource(storage=str(home.root), home=str(home.root / "h"))
    defs = build_defs(resources={"workbench": resource})
    (schedule,) = [s for s in defs.schedules or [] if s.name == "retrain_due"]
    with dg.instance_for_test() as instance:
        context = dg.build_schedule_context(
            instance=instance,
            repository_def=defs.get_repository_def(),
            scheduled_execution_time=dt.datetime.now(dt.UTC),
        )
        (run,) = schedule.evaluate_tick(context).run_requests or []
        assert run.partition_key == "churn"
        assert "the limit is 30" in run.tags["pipeweave/reason"]
        assert instance.get_dynamic_partitions("datasets") == ["churn"]


@pytest.mark.parametrize(
    ("minutes", "cron"), [("", "*/10 * * * *"), ("1", "*/1 * * * *"), ("60", "0 * * * *")]
)
def test_the_schedule_looks_as_often_as_is_set(
    minutes: str, cron: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIPEWEAVE_RETRAIN_LOOK_MINUTES", minutes)
    (schedule,) = [s for s in build_defs().schedules or [] if s.name == "retrain_due"]
    assert schedule.cron_schedule == cron


def test_a_rhythm_that_does_not_divide_the_hour_is_refused() -> None:
    with pytest.raises(ValueError, match="divide 60"):
        Settings(retrain_look_minutes=45)


def test_many_data_sets_list_the_landing_zone_once(tmp_path, monkeypatch):
    """Where each of a thousand lists a thousand folders, a look takes many seconds."""
    home = Home(tmp_path)
    home.drop("a.csv", "a\n1\n")
    home.train()
    for name in ("one", "two"):
        head = home.store.require_head("churn").model_copy(update={"dataset": name})
        home.store.records.write(f"datasets/{name}/HEAD.json", head)
    listed, shallow = [], type(home.store.storage).shallow
    monkeypatch.setattr(
        type(home.store.storage),
        "shallow",
        lambda self, zone, *more: listed.append(zone) or shallow(self, zone, *more),
    )
    assert home.look(DAY) == ([], [])
    assert listed == ["uploads"]
