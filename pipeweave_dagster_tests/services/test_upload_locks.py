"""A lock lasts as long as its command, whatever the clocks say, and no longer."""

import threading
from pathlib import Path

import pytest

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.adapters.storage.folder import FolderStorage
from pipeweave_dagster.services.run_leases import RunWatch
from pipeweave_dagster.services.upload_locks import Lock, lock_upload, locked_keys

KEY = "uploads/d/a.csv"


@pytest.fixture
def store(tmp_path: Path) -> DocumentStore:
    return DocumentStore(FolderStorage(tmp_path / "storage"), tmp_path / "cache")


def beat(store: DocumentStore) -> int:
    (stored,) = store.storage.list("sensors/claims/")
    return Lock.model_validate_json(store.storage.get(stored.key)).beat


def test_an_upload_that_takes_an_hour_stays_locked(store: DocumentStore) -> None:
    """A lock lasted 60 s, although a file of 1 GB takes longer: two runs started."""
    now = [0.0]
    watch = RunWatch(lambda: now[0])
    with lock_upload(store, KEY, every_s=0.01):
        for _ in range(3):
            before = beat(store)
            while beat(store) == before:
                threading.Event().wait(0.01)
            now[0] += 1200
            assert locked_keys(store, watch) == {KEY}
    assert locked_keys(store, watch) == set()


def test_the_lock_of_a_command_that_died_expires(store: DocumentStore) -> None:
    now = [0.0]
    watch = RunWatch(lambda: now[0])
    with lock_upload(store, KEY):
        (stored,) = store.storage.list("sensors/claims/")
        left = store.storage.get(stored.key)
    store.storage.put(stored.key, left)
    assert locked_keys(store, watch) == {KEY}
    now[0] = 59
    assert locked_keys(store, watch) == {KEY}
    now[0] = 61
    assert locked_keys(store, watch) == set()
    assert list(store.storage.list("sensors/claims/")) == []
