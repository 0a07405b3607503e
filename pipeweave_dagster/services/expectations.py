"""Which suite a run holds its version to.

What a person accepted comes first; else the suite that the last complete state went on with. The
person's file is the only thing of a data set that is changed in place, and only by a command.
"""

from dataclasses import dataclass
from pathlib import Path

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.core.documents import ExpectationReport
from pipeweave_dagster.core.expectations import read_suite, suite_bytes
from pipeweave_dagster.core.expectations.suite import Suite, made_of


@dataclass(frozen=True)
class InForce:
    """A suite, its bytes' local file, and the dataset document it was written from, if any."""

    path: Path
    sha256: str
    made_of: str | None


def accepted_key(dataset: str) -> str:
    """Where the suite lies that a person accepted."""
    return f"datasets/{dataset}/expectations.json"


def suite_in_force(store: DocumentStore, dataset: str, run_id: str) -> InForce | None:
    """The suite that a run goes by, or None for the first version of a data set.

    Raises:
        PipeWeaveError: VALIDATION_ERROR if the accepted file is no suite.
    """
    accepted = store.storage.get_tagged(accepted_key(dataset))
    if accepted is not None:
        suite = read_suite(accepted[0], accepted_key(dataset))
        return _kept(store, suite)
    state = store.manifest(dataset, run_id) or store.head(dataset)
    entry = state.entries.get("expectations") if state else None
    if entry is None:
        return None
    report = store.load(entry.document, ExpectationReport)
    path = store.payload(report.suite)
    suite = read_suite(path.read_bytes(), "The stored suite")
    return InForce(path, report.suite.sha256, made_of(suite))


def _kept(store: DocumentStore, suite: Suite) -> InForce:
    """A suite as a file of the cache, under the hash of its bytes."""
    import hashlib

    data = suite_bytes(suite)
    digest = hashlib.sha256(data).hexdigest()
    path = store.cache / "suites" / f"{digest}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return InForce(path, digest, made_of(suite))


def accept(store: DocumentStore, dataset: str, suite: Suite) -> str:
    """Put a suite in force for the next runs; gives its key."""
    key = accepted_key(dataset)
    store.storage.put(key, suite_bytes(suite))
    return key
