"""A run renews its lease while its process lives, and stops where it is no longer wanted."""

import threading
from pathlib import Path

import pytest

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.adapters.storage.folder import FolderStorage
from pipeweave_dagster.core.errors import unavailable
from pipeweave_dagster.lib.heartbeat import heartbeat
from pipeweave_dagster.services.run_leases import (
    EXPIRES_S,
    Lease,
    RunWatch,
    lease_key,
    renew,
    revoke_if_expired,
)


@pytest.fixture
def store(tmp_path: Path) -> DocumentStore:
    return DocumentStore(FolderStorage(tmp_path / "storage"), tmp_path / "cache")


def lease(store: DocumentStore) -> Lease:
    stored = store.storage.get_tagged(lease_key("r"))
    assert stored is not None
    return Lease.model_validate_json(stored[0])


def test_the_lease_is_held_during_the_block_and_ended_after_it(store: DocumentStore) -> None:
    with heartbeat(store, "r", "me", every_s=0.01):
        while not store.storage.get_tagged(lease_key("r")) or lease(store).beat < 3:
            threading.Event().wait(0.01)
        assert lease(store).state == "held"
    assert lease(store).state == "ended"


@pytest.mark.parametrize("why", ["revoked", "unwanted"])
def test_a_run_that_was_ended_from_outside_stops(store: DocumentStore, why: str) -> None:
    if why == "revoked":
        store.storage.put(
            lease_key("r"), Lease(process="me", state="revoked").model_dump_json().encode()
        )
    stopped = threading.Event()
    with heartbeat(
        store,
        "r",
        "me",
        every_s=0.01,
        unwanted=lambda: why == "unwanted",
        stop=stopped.set,
    ):
        assert stopped.wait(10)


def test_an_absent_storage_and_a_broken_lease_end_no_run(
    store: DocumentStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.storage.put(lease_key("r"), b"")
    put, failures = store.storage.put_if_match, iter(range(3))

    def failing(key: str, data: bytes, tag: str | None) -> bool:
        if next(failures, None) is not None:
            raise unavailable("The storage is away.")
        return put(key, data, tag)

    monkeypatch.setattr(store.storage, "put_if_match", failing)
    stopped = threading.Event()
    with heartbeat(store, "r", "me", every_s=0.01, stop=stopped.set):
        while not store.storage.get(lease_key("r")):
            threading.Event().wait(0.01)
    assert not stopped.is_set()
    assert lease(store).state == "ended"


def test_the_run_or_the_watcher_wins_never_both(store: DocumentStore) -> None:
    """Compare-and-swap: a run that renews its lease at the last moment is not ended."""
    now = [0.0]
    watch = RunWatch(lambda: now[0])
    assert renew(store, "r", "me")
    assert not revoke_if_expired(store, "r", watch)
    now[0] = EXPIRES_S + 1
    get_tagged = store.storage.get_tagged

    def renewed_in_between(key: str) -> tuple[bytes, str] | None:
        stored = get_tagged(key)
        store.storage.get_tagged = get_tagged  # type: ignore[method-assign]
        assert renew(store, "r", "me")
        return stored

    store.storage.get_tagged = renewed_in_between  # type: ignore[method-assign]
    assert not revoke_if_expired(store, "r", watch)
    assert renew(store, "r", "me")
