"""Garbage collection: mark from heads, runs and model versions, sweep old unmarked objects."""

import json
import re
from collections.abc import Iterator

from pipeweave_dagster.adapters.state import DocumentStore

_ADDRESS = re.compile(rb"[0-9a-f]{64}")


def collect(
    store: DocumentStore, keep_runs: int, *, older_than: float, dry: bool
) -> dict[str, int]:
    """Remove unreachable documents, payloads and raw files, and the records of old runs.

    Args:
        store: The storage.
        keep_runs: How many of the newest runs of each data set keep their results.
        older_than: Only objects written before this time (seconds since 1970) are removed.
        dry: Count without removing.

    Returns:
        Number of objects and bytes. Cost: one listing of everything, and one read of every
        document that is kept.
    """
    live, doomed = set[str](), list[tuple[str, int]]()
    for dataset in store.datasets():
        old = _old_runs(store, dataset, keep_runs, older_than)
        doomed += old
        gone = {key for key, _ in old}
        for stored in store.storage.list(f"datasets/{dataset}/"):
            if stored.key not in gone and "/results/" not in stored.key:
                live |= _addresses(store, stored.key)
        doomed += _dead_results(store, dataset, live, older_than)
    live |= {a for address in list(live) for a in _addresses(store, f"documents/{address}.json")}
    for top in ("documents/", "payloads/", "raw/"):
        for stored in store.storage.list(top):
            address = stored.key.split("/")[1].removesuffix(".json")
            if address not in live and stored.modified < older_than:
                doomed.append((stored.key, stored.size))
    if not dry:
        for key, _ in doomed:
            store.storage.delete(key)
    return {"objects": len(doomed), "bytes": sum(size for _, size in doomed)}


def _old_runs(
    store: DocumentStore, dataset: str, keep: int, older_than: float
) -> list[tuple[str, int]]:
    runs = sorted(store.storage.list(f"datasets/{dataset}/runs/"), key=lambda o: -o.modified)
    return [(o.key, o.size) for o in runs[keep:] if o.modified < older_than]


def _dead_results(
    store: DocumentStore, dataset: str, live: set[str], older_than: float
) -> Iterator[tuple[str, int]]:
    for stored in store.storage.list(f"datasets/{dataset}/results/"):
        read = store.storage.get_tagged(stored.key)
        if read and stored.modified < older_than and json.loads(read[0])["document"] not in live:
            yield stored.key, stored.size


def _addresses(store: DocumentStore, key: str) -> set[str]:
    """Return every address that occurs anywhere in an object."""
    read = store.storage.get_tagged(key)
    return {match.decode() for match in _ADDRESS.findall(read[0])} if read else set()
