"""What a sensor has seen of the landing zone, stored beside the documents."""

import hashlib

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.core.landing import Seen

_SEEN_FOLDER = "sensors"


def load_seen(store: DocumentStore, sensor: str, cursor: str | None) -> Seen | None:
    """Load what earlier ticks found, or None; it is stored under its hash, which is the cursor.

    (Thousands of keys in the cursor itself would bloat Dagster's database.) Without it all uploads
    are compared with the runs that exist, so none is started twice.
    """
    return store.records.read(_seen_key(sensor, cursor), Seen) if cursor else None


def save_seen(store: DocumentStore, sensor: str, seen: Seen, cursor: str | None) -> str:
    """Store what was seen and return the new cursor.

    The record of the current cursor is kept until the next change: Dagster stores the new cursor
    only if the tick succeeds.
    """
    data = seen.model_dump_json().encode()
    new = hashlib.sha256(data).hexdigest()[:32]
    if new == cursor:
        return new
    keep = {_seen_key(sensor, new), _seen_key(sensor, cursor or "")}
    store.storage.put(_seen_key(sensor, new), data)
    for stored in list(store.storage.list(f"{_SEEN_FOLDER}/{sensor}/")):
        if stored.key not in keep:
            store.storage.delete(stored.key)
    return new


def _seen_key(sensor: str, cursor: str) -> str:
    return f"{_SEEN_FOLDER}/{sensor}/{cursor}.json"
