"""Locks on uploads for which a command is already starting a run, so that sensors skip them.

`pipeweave run FILE` copies its file into the landing zone, which may take long, and then starts the
run itself. Until the run has ended, a lock keeps the sensor from starting another one. The command
renews the lock; if the command dies, the lock stops changing and expires.
"""

import contextlib
import hashlib
import logging
import threading
from collections.abc import Iterator

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.core.documents import Part
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.services.run_leases import RunWatch

logger = logging.getLogger(__name__)
_FOLDER = "sensors/claims"
_RENEWED_EVERY_S = 10.0
_EXPIRES_S = 60.0


class Lock(Part):
    """A locked key of the landing zone, and how often the lock was renewed."""

    key: str
    beat: int = 0


def _lock_key(key: str) -> str:
    return f"{_FOLDER}/{hashlib.sha256(key.encode()).hexdigest()[:32]}.json"


@contextlib.contextmanager
def lock_upload(
    store: DocumentStore, key: str, *, every_s: float = _RENEWED_EVERY_S
) -> Iterator[None]:
    """Lock one key of the landing zone while the block runs, however long that is."""
    ended = threading.Event()
    store.records.write(_lock_key(key), Lock(key=key))

    def renew() -> None:
        beat = 0
        while not ended.wait(every_s):
            beat += 1
            try:
                store.records.write(_lock_key(key), Lock(key=key, beat=beat))
            except (PipeWeaveError, OSError) as error:
                logger.warning("The lock of %r was not renewed: %s", key, error)

    thread = threading.Thread(target=renew, name="upload lock", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
        store.storage.delete(_lock_key(key))


def locked_keys(store: DocumentStore, watch: RunWatch) -> set[str]:
    """Return the locked keys; locks that have not changed for a minute are removed.

    Args:
        store: Where the locks are.
        watch: Since when each lock looks the same, so that no clocks of two machines are compared.
    """
    locked, seen = set[str](), set[str]()
    for stored in store.storage.list(f"{_FOLDER}/"):
        lock, tag = store.records.read_tagged(stored.key, Lock)
        if lock is None:  # damaged, so nobody knows what it locks; or removed by now
            store.records.remove_damaged(stored.key)
        elif watch.unchanged_s(stored.key, f"{tag} {lock.beat}") < _EXPIRES_S:
            locked.add(lock.key)
            seen.add(stored.key)
        else:
            store.storage.delete(stored.key)
    watch.forget_all_but(seen)
    return locked
