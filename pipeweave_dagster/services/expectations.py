"""Which suite of expectations a run validates against.

A suite that was accepted by a command comes first, else the one of the last published state. The
accepted suite is the only object of a data set that is changed in place, and only by a command.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.core.documents import ExpectationReport
from pipeweave_dagster.core.expectations import read_suite, suite_bytes
from pipeweave_dagster.core.expectations.suite import Suite, made_of
from pipeweave_dagster.services import audit


@dataclass(frozen=True)
class ActiveSuite:
    """A suite as a local file, and the dataset document that it was written from, if any."""

    path: Path
    sha256: str
    made_of: str | None


def accepted_key(dataset: str) -> str:
    """Return the storage key of the accepted suite."""
    return f"datasets/{dataset}/expectations.json"


def active_suite(store: DocumentStore, dataset: str, run_id: str) -> ActiveSuite | None:
    """Return the suite that a run validates against; None for the first version of a data set.

    Raises:
        PipeWeaveError: VALIDATION_ERROR if the accepted file is not a suite.
    """
    accepted = store.storage.get_tagged(accepted_key(dataset))
    if accepted is not None:
        suite = read_suite(accepted[0], accepted_key(dataset))
        return _cached(store, suite)
    state = store.manifest(dataset, run_id) or store.head(dataset)
    entry = state.entries.get("expectations") if state else None
    if entry is None:
        return None
    report = store.load(entry.document, ExpectationReport)
    path = store.payload(report.suite)
    suite = read_suite(path.read_bytes(), "The stored suite")
    return ActiveSuite(path, report.suite.sha256, made_of(suite))


def _cached(store: DocumentStore, suite: Suite) -> ActiveSuite:
    """Write a suite into the cache, under the hash of its bytes."""
    data = suite_bytes(suite)
    digest = hashlib.sha256(data).hexdigest()
    path = store.cache / "suites" / f"{digest}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return ActiveSuite(path, digest, made_of(suite))


def accept(store: DocumentStore, dataset: str, suite: Suite) -> str:
    """Make a suite the active one of later runs; return its storage key."""
    key = accepted_key(dataset)
    content, known = suite_bytes(suite), store.storage.get_tagged(key)
    store.storage.put(key, content)
    before = hashlib.sha256(known[0]).hexdigest() if known else None
    after = hashlib.sha256(content).hexdigest()
    audit.record(store, "expectations", dataset, before=before, after=after)
    return key
