"""Garbage collection: mark from heads, runs and model versions, sweep old unmarked objects.

A run may reuse what nothing refers to any more, and refers to it only a moment later. So records of
results are removed first, after which no run can begin to reuse them, and what they lead to is
removed at once only while no run is under way, else by a later collection.
"""

import re
from collections.abc import Callable, Iterator

from pipeweave_dagster.adapters.state import DocumentStore, Entry
from pipeweave_dagster.adapters.storage import StoredObject
from pipeweave_dagster.core.documents import Part

_ADDRESS = re.compile(rb"[0-9a-f]{64}")
_CANDIDATES, _CLOCK = "gc/candidates.json", "gc/clock"
_DAY_S = 86_400.0
_SHORT_LIVED = ("leases/", "gc/quarantine/", "incoming/")


class Candidates(Part):
    """Unreferenced objects, and when they were first seen so, by the clock of the storage."""

    since: dict[str, float] = {}


def storage_time(store: DocumentStore) -> float:
    """Return the time of the storage's clock, which its objects are stamped with."""
    store.storage.put(_CLOCK, b"")
    stored = store.storage.stat(_CLOCK)
    assert stored is not None  # noqa: S101 - it was written just now
    return stored.modified


def collect(
    store: DocumentStore,
    keep_runs: int,
    *,
    dry: bool,
    quiet: Callable[[], bool],
    min_age_s: float = _DAY_S,
) -> dict[str, int]:
    """Remove unreachable documents, payloads and raw files, and the records of old runs.

    Args:
        store: The storage.
        keep_runs: How many of the newest runs of each data set keep their results.
        dry: Count without removing.
        quiet: Returns whether no run is under way. Otherwise only what was unreferenced at an
            earlier collection is removed.
        min_age_s: Only objects that are older are removed.

    Returns:
        Number of objects and bytes that were removed, and of objects that are left for a later
        collection. Cost: one listing of everything, and one read of every document that is kept.
    """
    now = storage_time(store)
    records, live = _mark(store, keep_runs, now - min_age_s)
    if not dry:
        for stored in records:
            store.storage.delete(stored.key)
    candidates = [*_unmarked(store, live, now - min_age_s)]
    known = store.records.read(_CANDIDATES, Candidates) or Candidates()
    at_once = quiet()
    doomed = [
        stored
        for stored in candidates
        if at_once or now - known.since.get(stored.key, now) >= min_age_s
    ]
    if not dry:
        doomed = [stored for stored in doomed if _delete_unchanged(store, stored)]
        gone = {stored.key for stored in doomed}
        left = {s.key: known.since.get(s.key, now) for s in candidates if s.key not in gone}
        store.records.write(_CANDIDATES, Candidates(since=left))
    removed = [*records, *doomed]
    return {
        "objects": len(removed),
        "bytes": sum(stored.size for stored in removed),
        "later": len(candidates) - len(doomed),
    }


def _mark(
    store: DocumentStore, keep_runs: int, older_than: float
) -> tuple[list[StoredObject], set[str]]:
    """Return the records that are to be removed, and the addresses that the others lead to."""
    live, doomed = set[str](), list[StoredObject]()
    for dataset in store.datasets():
        runs = sorted(store.storage.list(f"datasets/{dataset}/runs/"), key=lambda o: -o.modified)
        old = [stored for stored in runs[keep_runs:] if stored.modified < older_than]
        gone = {stored.key for stored in old}
        for stored in store.storage.list(f"datasets/{dataset}/"):
            if stored.key not in gone and "/results/" not in stored.key:
                live |= _addresses(store, stored.key)
        doomed += [*old, *_dead_results(store, dataset, live, older_than)]
    for stored in store.storage.list("sources/"):  # the parts of the last pulls
        live |= _addresses(store, stored.key)
    live |= {a for address in list(live) for a in _addresses(store, f"documents/{address}.json")}
    for top in _SHORT_LIVED:
        doomed += [o for o in store.storage.list(top) if o.modified < older_than]
    return doomed, live


def _unmarked(store: DocumentStore, live: set[str], older_than: float) -> Iterator[StoredObject]:
    for top in ("documents/", "payloads/", "raw/"):
        for stored in store.storage.list(top):
            address = stored.key.split("/")[1].removesuffix(".json")
            if address not in live and stored.modified < older_than:
                yield stored


def _delete_unchanged(store: DocumentStore, stored: StoredObject) -> bool:
    """Delete an object unless a run has written it again since it was listed."""
    current = store.storage.stat(stored.key)
    if current is None or current.modified != stored.modified:
        return False
    store.storage.delete(stored.key)
    return True


def _dead_results(
    store: DocumentStore, dataset: str, live: set[str], older_than: float
) -> Iterator[StoredObject]:
    for stored in store.storage.list(f"datasets/{dataset}/results/"):
        if stored.modified < older_than:
            entry = store.records.read(stored.key, Entry)
            if entry is None or entry.document not in live:
                yield stored


def _addresses(store: DocumentStore, key: str) -> set[str]:
    """Return every address that occurs anywhere in an object."""
    read = store.storage.get_tagged(key)
    return {match.decode() for match in _ADDRESS.findall(read[0])} if read else set()
