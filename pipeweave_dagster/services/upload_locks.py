"""Locks on uploads for which a command is already starting a run, so that sensors skip them.

`pipeweave run FILE` copies its file into the landing zone and then starts the run itself. In
between, a lock keeps the sensor from starting another one; it expires if the command dies.
"""

import contextlib
import hashlib
import time
from collections.abc import Iterator

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.core.documents import Part

_FOLDER = "sensors/claims"
_EXPIRES_S = 60.0


class Lock(Part):
    """A locked key of the landing zone, and until when (seconds since 1970)."""

    key: str
    until: float


def _lock_key(key: str) -> str:
    return f"{_FOLDER}/{hashlib.sha256(key.encode()).hexdigest()[:32]}.json"


@contextlib.contextmanager
def lock_upload(store: DocumentStore, key: str) -> Iterator[None]:
    """Lock one key of the landing zone while the block runs."""
    store.records.write(_lock_key(key), Lock(key=key, until=time.time() + _EXPIRES_S))
    try:
        yield
    finally:
        store.storage.delete(_lock_key(key))


def locked_keys(store: DocumentStore) -> set[str]:
    """Return the locked keys; expired locks are removed."""
    locked = set[str]()
    for stored in store.storage.list(f"{_FOLDER}/"):
        lock = store.records.read(stored.key, Lock)
        if lock is None:  # damaged, so nobody knows what it locks; or removed by now
            store.records.remove_damaged(stored.key)
        elif lock.until > time.time():
            locked.add(lock.key)
        else:
            store.storage.delete(stored.key)
    return locked
