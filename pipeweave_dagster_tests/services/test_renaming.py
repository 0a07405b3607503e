"""A renamed data set has everything it had, and nothing that names the old one."""

import json
import os
import time
from pathlib import Path

import pytest

from pipeweave_dagster.adapters.state import DocumentStore, Entry, RunState, publish
from pipeweave_dagster.adapters.storage import open_storage
from pipeweave_dagster.core.documents import (
    BatchHistory,
    BatchRecord,
    Payload,
    PredictionBatch,
    RawUpload,
)
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.landing import Seen
from pipeweave_dagster.services.batch_history import change_history, history_of
from pipeweave_dagster.services.model_aliases import aliases_of, record_aliases
from pipeweave_dagster.services.model_versions import load_version
from pipeweave_dagster.services.overview_index import overview_of
from pipeweave_dagster.services.renaming import (
    check_names,
    copy_data_set,
    objects_of,
    remove_old,
)
from pipeweave_dagster.services.run_progress import progress_of
from pipeweave_dagster.settings import Settings
from pipeweave_dagster_tests.factories.registry import register

_FILE = Payload(name="rows.parquet", sha256="0" * 64, size_bytes=1)


@pytest.fixture
def store(home: Path) -> DocumentStore:
    """The data set `demo`: uploads in two folders, a champion, a run, a scored batch."""
    settings = Settings()
    store = DocumentStore(open_storage(settings), settings.cache_folder)
    register(store, "1", 0.8)
    record_aliases(store, "demo", {"champion": "1"})
    state = RunState(store, "demo", "r9")
    batch = PredictionBatch(
        batch="b", rows=1, model_name="pipeweave-demo", model_version="1", data_sha256="0",
        parquet_key="predictions/demo/b/1.parquet", csv_key="predictions/demo/b/1.csv",
        rows_file=_FILE, notes=["demo stays in texts"],
    )  # fmt: skip
    for asset, document in (
        ("raw_upload", RawUpload(dataset="demo", files=[])),
        ("predictions", batch),
    ):
        entry = Entry(document=store.save(document), key="k", run_id="r9", made_at=1.0)
        state.record(asset, entry)
        store.save_result("demo", asset, entry)
    publish(state, {"raw_upload", "predictions"})
    scored = BatchRecord(
        batch="b",
        model_version="1",
        scored_at=1.0,
        rows=1,
        predictions_key="predictions/demo/b/1.parquet",
        data_sha256="0",
    )
    change_history(store, "demo", lambda _: BatchHistory(batches=[scored]))
    uploads = ["uploads/demo/a.csv", "uploads/Demo/b.csv", "uploads/Demo/a.csv"]
    others = ["predict/demo/b.csv", "labels/demo/l.csv", "predictions/demo/b/1.parquet"]
    for key in [*uploads, *others]:
        store.storage.put(key, key.encode())
    return store


def rename(store: DocumentStore, old: str = "demo", new: str = "other") -> dict[str, int]:
    check_names(store, old, new)
    counts = copy_data_set(store, old, new, dry=False)
    remove_old(store, old, new)
    return counts


def test_everything_is_found_under_the_new_name(store: DocumentStore) -> None:
    before = {o.key for o in objects_of(store.storage, "demo")}
    counts = rename(store)
    assert objects_of(store.storage, "demo") == []
    after = {o.key for o in objects_of(store.storage, "other")}
    twice = {"uploads/Demo/a.csv": "uploads/other/Demo/a.csv"}  # both folders have one
    plain = {k: k.replace("/demo/", "/other/").replace("/Demo/", "/other/") for k in before}
    assert after == {*(plain | twice).values()}
    assert sum(counts.values()) == len(before) + counts["documents"]
    head = store.require_head("other")
    assert head.dataset == "other"
    raw = store.load_entry(head.entries, "raw_upload", RawUpload)
    batch = store.load_entry(head.entries, "predictions", PredictionBatch)
    assert raw is not None
    assert batch is not None
    assert raw.dataset == "other"
    assert batch.parquet_key == "predictions/other/b/1.parquet"
    assert batch.notes == ["demo stays in texts"]
    assert store.storage.get(batch.parquet_key) == b"predictions/demo/b/1.parquet"
    model, _ = load_version(store, "other", "1")
    assert model.mlflow is not None
    assert model.mlflow.model_name == "pipeweave-other"
    assert model.mlflow.model_uri == "models:/pipeweave-other/1"
    assert head.entries["model"].document == model.sha256
    assert aliases_of(store, "other") == {"champion": "1"}
    assert history_of(store, "other").batches[0].predictions_key == batch.parquet_key
    assert [entry.dataset for entry in overview_of(store).datasets] == ["other"]


def test_no_record_names_the_old_one(store: DocumentStore) -> None:
    rename(store)
    for stored in store.storage.list("datasets/other/"):
        text = store.storage.get(stored.key).decode()
        assert "/demo/" not in text, stored.key
        assert json.loads(text).get("dataset") in {"other", None} or "models/" in stored.key


def test_the_advice_of_the_last_run_names_the_new_one(store: DocumentStore) -> None:
    text = "demo stays; put a file into uploads/demo/, or run 'pipeweave findings demo --accept X'."
    other = "pipeweave models promote demo; pipeweave findings demo-2; the demo"
    blocked = ["pipeweave findings demo"]
    state = RunState(store, "demo", "r10")
    state.attempt("failed", error={"message": text, "details": {"fix": other}}, blocked=blocked)
    rename(store)
    last = store.attempt("other")
    assert last is not None
    assert last.blocked == ["pipeweave findings other"]
    assert last.error == {
        "message": "demo stays; put a file into uploads/other/, or run"
        " 'pipeweave findings other --accept X'.",
        "details": {"fix": "pipeweave models promote other; pipeweave findings demo-2; the demo"},
    }


def test_sensors_know_the_copies(store: DocumentStore) -> None:
    key = "sensors/seen/uploads/abc.json"
    seen = Seen(started={"uploads/demo/a.csv": "v", "uploads/more/x.csv": "w"})
    store.storage.put(key, seen.model_dump_json().encode())
    rename(store)
    changed = Seen.model_validate_json(store.storage.get(key))
    copy = store.storage.stat("uploads/other/a.csv")
    assert copy is not None
    assert changed.started == {"uploads/more/x.csv": "w", "uploads/other/a.csv": copy.version}


def land(store: DocumentStore, key: str, later_s: float) -> None:
    """Put a file that is newer than the rest: the clock of files has ticks."""
    store.storage.put(key, b"x")
    path = store.storage.local_path(key)
    assert path is not None
    os.utime(path, (time.time() + later_s,) * 2)


@pytest.mark.parametrize("landed_since", [False, True])
def test_the_copies_of_uploads_wait_for_no_run_unless_one_did(
    store: DocumentStore, *, landed_since: bool
) -> None:
    settings = Settings()
    state = RunState(store, "demo", "r10")
    state.attempt("failed", blocked=["PW204"])
    if landed_since:
        land(store, "uploads/demo/new.csv", 1)
    assert progress_of(store, settings, "demo").waiting == landed_since
    rename(store)
    assert progress_of(store, settings, "other").waiting == landed_since
    land(store, "uploads/other/newer.csv", 9)
    assert progress_of(store, settings, "other").waiting


def test_a_dry_run_changes_nothing(store: DocumentStore) -> None:
    before = {o.key: o.version for o in store.storage.list("")}
    counts = copy_data_set(store, "demo", "other", dry=True)
    assert counts["documents"] == 3
    assert {o.key: o.version for o in store.storage.list("")} == before


def test_an_interrupted_rename_is_finished_by_the_same_command(store: DocumentStore) -> None:
    copy_data_set(store, "demo", "other", dry=False)
    with pytest.raises(PipeWeaveError, match="There is a data set 'demo' already"):
        check_names(store, "other", "demo")
    rename(store)
    assert store.require_head("other").run_id == "r9"
    assert store.storage.stat("datasets/other/RENAMING.json") is None


def test_names_that_are_taken_or_pulled_are_refused(store: DocumentStore) -> None:
    store.storage.put("uploads/taken/a.csv", b"x")
    for new in ("taken", "demo"):
        with pytest.raises(PipeWeaveError, match="already"):
            check_names(store, "demo", new)
    with pytest.raises(PipeWeaveError, match="not a valid data set name"):
        check_names(store, "demo", "../x")
    with pytest.raises(PipeWeaveError, match="no data set 'nobody'"):
        check_names(store, "nobody", "other")
    store.storage.put("sources/demo.yaml", b"kind: postgres")
    with pytest.raises(PipeWeaveError, match="pulled from a source"):
        check_names(store, "demo", "other")
