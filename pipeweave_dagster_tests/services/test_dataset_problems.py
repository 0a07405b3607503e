"""A damaged record of one data set stops no list, schedule or sensor of the others."""

import os
import time
from pathlib import Path

import dagster as dg
import pytest

from pipeweave_dagster.adapters.state import DocumentStore, RunState, publish
from pipeweave_dagster.adapters.state.manifest import Entry
from pipeweave_dagster.adapters.storage import open_storage
from pipeweave_dagster.core.documents import DatasetSettings, RawUpload
from pipeweave_dagster.lib.retrain_requests import requests
from pipeweave_dagster.services.overview_index import overview_of
from pipeweave_dagster.services.run_leases import RunWatch
from pipeweave_dagster.services.upload_locks import lock_upload, locked_keys
from pipeweave_dagster.settings import Settings
from pipeweave_dagster.web.listing import Listing
from pipeweave_dagster.web.views import dataset_view
from pipeweave_dagster_tests.factories.registry import register, trained

RECORDS = ["HEAD.json", "LAST.json", "ALIASES.json", "models/1.json", "document"]


@pytest.fixture
def store(home: Path) -> DocumentStore:
    """Two data sets that are due for retraining."""
    settings = Settings()
    store = DocumentStore(open_storage(settings), settings.cache_folder)
    register(store, "1", 0.8)
    for name in ("demo", "other"):
        upload = RawUpload(dataset=name, files=[], settings=DatasetSettings())
        state = RunState(store, name, "run")
        for asset, document in (("raw_upload", upload), ("model", trained("1", "x"))):
            entry = Entry(document=store.save(document), key="", run_id="run", made_at=0)
            state.record(asset, entry)
        publish(state, {"raw_upload", "model"})
        store.storage.put(f"uploads/{name}/a.csv", b"x,y\n")
    return store


def damage(store: DocumentStore, record: str, content: bytes) -> None:
    head = store.head("demo")
    assert head is not None
    document = f"documents/{head.entries['raw_upload'].document}.json"
    store.storage.put(document if record == "document" else f"datasets/demo/{record}", content)


@pytest.mark.parametrize(
    ("record", "content"), [*((record, b"") for record in RECORDS), ("HEAD.json", b"null")]
)
def test_the_others_go_on(store: DocumentStore, record: str, content: bytes) -> None:
    damage(store, record, content)
    later = time.time() + 30 * 86400
    aging = Settings(retrain_max_age_days=1)
    assert "other" in [request.dataset for request in requests(store, aging, later).due]
    overview = {entry.dataset: entry for entry in overview_of(store).datasets}
    assert set(overview) == {"demo", "other"}
    assert overview["other"].problems == []
    assert [e.dataset for e in Listing(store).entries()] == ["demo", "other"]
    if record != "document":
        assert any(record in problem for problem in overview["demo"].problems)
        assert any(record in p for p in dataset_view(store, "demo", Settings()).problems)


@pytest.mark.parametrize("content", [b"", b"{", b'{"beat": 1}', b"[]"])
def test_a_torn_claim_is_set_aside(store: DocumentStore, content: bytes) -> None:
    store.storage.put("sensors/claims/torn.json", content)
    with lock_upload(store, "uploads/b/x.csv"):
        assert locked_keys(store, RunWatch()) == {"uploads/b/x.csv"}
    assert [o.key for o in store.storage.list("sensors/claims/")] == []
    (kept,) = store.storage.list("sensors/quarantine/")
    assert store.storage.get(kept.key) == content


def test_a_torn_cursor_starts_nothing_twice(store: DocumentStore) -> None:
    from pipeweave_dagster_tests.services.test_left_out import tick

    for name in ("demo", "other"):
        store.storage.delete(f"uploads/{name}/a.csv")
    store.storage.put("uploads/c/c.csv", b"a,b\n1,2\n")
    os.utime(Settings().storage_folder / "uploads/c/c.csv", (0, 0))
    with dg.DagsterInstance.ephemeral() as instance:
        result, cursor = tick(instance)
        assert isinstance(result, dg.SensorResult)
        (request,) = result.run_requests or []
        instance.create_run_for_job(_nothing, tags=dict(request.tags))
        store.storage.put(f"sensors/uploads/{cursor}.json", b"")
        again, cursor = tick(instance, cursor)
        assert isinstance(again, dg.SkipReason)
        assert len(store.storage.get(f"sensors/uploads/{cursor}.json")) > 20, "it is whole again"


@dg.job
def _nothing() -> None:
    pass
