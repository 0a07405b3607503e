"""Locks on uploads for which a command is already starting a run, so that sensors skip them.

`pipeweave run FILE` copies its file into the landing zone and then starts the run itself. In
between, a lock keeps the sensor from starting another one; it expires if the command dies.
"""

import contextlib
import hashlib
import json
import time
from collections.abc import Iterator

from pipeweave_dagster.adapters.state import DocumentStore

_FOLDER = "sensors/claims"
_EXPIRES_S = 60.0


def _lock_key(key: str) -> str:
    return f"{_FOLDER}/{hashlib.sha256(key.encode()).hexdigest()[:32]}.json"


@contextlib.contextmanager
def lock_upload(store: DocumentStore, key: str) -> Iterator[None]:
    """Lock one key of the landing zone while the block runs."""
    record = {"key": key, "until": time.time() + _EXPIRES_S}
    store.storage.put(_lock_key(key), json.dumps(record).encode())
    try:
        yield
    finally:
        store.storage.delete(_lock_key(key))


def locked_keys(store: DocumentStore) -> set[str]:
    """Return the locked keys; expired locks are removed."""
    locked = set[str]()
    for stored in store.storage.list(f"{_FOLDER}/"):
        read = store.storage.get_tagged(stored.key)
        record = json.loads(read[0]) if read else {"until": 0.0}
        if float(record["until"]) > time.time():
            locked.add(str(record["key"]))
        else:
            store.storage.delete(stored.key)
    return locked
