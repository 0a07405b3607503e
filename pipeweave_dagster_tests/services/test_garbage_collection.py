"""What a run may still reuse is never removed under it; the rest is, and only once."""

import os
import time
from pathlib import Path

import pytest

from pipeweave_dagster.adapters.state import DocumentStore, Entry, RunState, publish
from pipeweave_dagster.adapters.storage.folder import FolderStorage
from pipeweave_dagster.core.documents import RawFile, RawUpload
from pipeweave_dagster.services.garbage_collection import Candidates, collect

_LONG_AGO = time.time() - 100 * 86_400


@pytest.fixture
def store(tmp_path: Path) -> DocumentStore:
    return DocumentStore(FolderStorage(tmp_path / "storage"), tmp_path / "cache")


def made(store: DocumentStore, run_id: str, text: str) -> Entry:
    """A run with one reusable result, which it publishes."""
    state = RunState(store, "d", run_id)
    document = RawUpload(dataset="d", files=[RawFile(name=text, sha256="0" * 64, size_bytes=1)])
    entry = Entry(document=store.save(document), key=text, run_id=run_id, made_at=0)
    store.save_result("d", "raw_upload", entry)
    state.record("raw_upload", entry)
    publish(state, {"raw_upload"})
    return entry


def age(store: DocumentStore) -> None:
    for path in Path(store.storage.url).rglob("*"):
        if path.is_file():
            at = _LONG_AGO + 10 * (path.stem == "two")  # the latest run is kept
            os.utime(path, (at, at))


def is_kept(store: DocumentStore, entry: Entry) -> bool:
    return store.storage.stat(f"documents/{entry.document}.json") is not None


def test_what_nothing_refers_to_is_removed_and_the_rest_stays(store: DocumentStore) -> None:
    old, new = made(store, "one", "old"), made(store, "two", "new")
    store.storage.put("leases/one.json", b"{}")
    age(store)
    before = {o.key for o in store.storage.list("")}
    counted = collect(store, 1, dry=True, quiet=lambda: True)
    assert {o.key for o in store.storage.list("")} == before | {"gc/clock"}
    removed = collect(store, 1, dry=False, quiet=lambda: True)
    assert counted == removed
    assert (removed["objects"], removed["later"]) == (4, 0), "document, result, run and lease"
    assert (is_kept(store, old), is_kept(store, new)) == (False, True)
    assert store.result("d", "raw_upload", "new") == new
    assert collect(store, 1, dry=False, quiet=lambda: True)["objects"] == 0


def test_a_result_that_a_run_has_just_begun_to_reuse_stays(store: DocumentStore) -> None:
    """It was deleted between the run's look at its record and the run's entry in its manifest."""
    old = made(store, "one", "old")
    made(store, "two", "new")
    age(store)
    reused = store.result("d", "raw_upload", "old")  # the run has seen it, and is at work
    assert reused == old
    removed = collect(store, 1, dry=False, quiet=lambda: False)
    assert (removed["objects"], removed["later"]) == (2, 1)
    assert is_kept(store, old)
    assert store.result("d", "raw_upload", "old") is None, "no other run can begin to reuse it"
    RunState(store, "d", "three").record("raw_upload", old)
    noted = store.records.read("gc/candidates.json", Candidates)
    assert noted is not None
    longer = dict.fromkeys(noted.since, _LONG_AGO)
    store.records.write("gc/candidates.json", Candidates(since=longer))
    collect(store, 1, dry=False, quiet=lambda: False)
    assert is_kept(store, old)


def test_what_stayed_unreferenced_is_removed_by_a_later_collection(store: DocumentStore) -> None:
    old = made(store, "one", "old")
    made(store, "two", "new")
    age(store)
    for removed in (2, 0):
        assert collect(store, 1, dry=False, quiet=lambda: False)["objects"] == removed
    noted = store.records.read("gc/candidates.json", Candidates)
    assert noted is not None
    longer = dict.fromkeys(noted.since, _LONG_AGO)
    store.records.write("gc/candidates.json", Candidates(since=longer))
    assert collect(store, 1, dry=False, quiet=lambda: False)["objects"] == 1
    assert not is_kept(store, old)


def test_what_is_made_again_meanwhile_stays(store: DocumentStore) -> None:
    """A run makes equal bytes anew, finds them stored, and they are removed."""
    old = made(store, "one", "old")
    made(store, "two", "new")
    age(store)

    def made_again() -> bool:
        document = store.load(old.document, RawUpload)
        assert store.save(document) == old.document
        return True

    assert collect(store, 1, dry=False, quiet=made_again)["objects"] == 2
    assert is_kept(store, old)
