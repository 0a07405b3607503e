"""Uploads that somebody else is already starting a run for, so that sensors leave them alone.

`pipeweave run FILE` puts its file into the landing zone like everybody, then starts the run
itself. In between, a claim holds the sensor back; it lapses by itself if that process dies.
"""

import contextlib
import hashlib
import json
import time
from collections.abc import Iterator

from pipeweave_dagster.adapters.state import DocumentStore

_FOLDER = "sensors/claims"
_LASTS_S = 60.0


def _name(key: str) -> str:
    return f"{_FOLDER}/{hashlib.sha256(key.encode()).hexdigest()[:32]}.json"


@contextlib.contextmanager
def claim(store: DocumentStore, key: str) -> Iterator[None]:
    """Hold sensors back from one key."""
    record = {"key": key, "until": time.time() + _LASTS_S}
    store.storage.put(_name(key), json.dumps(record).encode())
    try:
        yield
    finally:
        store.storage.delete(_name(key))


def claimed_keys(store: DocumentStore) -> set[str]:
    """The keys that are held now; lapsed claims are removed."""
    held = set[str]()
    for found in store.storage.list(f"{_FOLDER}/"):
        read = store.storage.get_tagged(found.key)
        record = json.loads(read[0]) if read else {"until": 0.0}
        if float(record["until"]) > time.time():
            held.add(str(record["key"]))
        else:
            store.storage.delete(found.key)
    return held
