"""The order of a data set's runs: a counter, because clocks can be set back."""

from pipeweave_dagster.adapters.state.documents import DocumentStore
from pipeweave_dagster.adapters.state.head_rebuild import readable_manifests
from pipeweave_dagster.adapters.state.manifest import Generation
from pipeweave_dagster.core.errors import unavailable

_SWAP_ATTEMPTS = 20


def next_generation(store: DocumentStore, dataset: str) -> int:
    """Count a run of a data set that begins, and return its number."""
    key = f"datasets/{dataset}/GENERATION.json"
    for _ in range(_SWAP_ATTEMPTS):
        known, tag = store.records.read_tagged(key, Generation)
        number = 1 + (known.last if known else _highest(store, dataset))
        if store.records.swap(key, Generation(last=number), tag):
            return number
    raise unavailable(f"{key} kept changing.", fix="Start the run again.")


def _highest(store: DocumentStore, dataset: str) -> int:
    """Return the number of the latest run that is known otherwise; 0 if there is none."""
    head, last = store.head(dataset), store.attempt(dataset)
    known: list[int] = [*head.generations.values()] if head else []
    if last is not None:
        known.append(last.generation)
    runs = readable_manifests(store.records, store.storage, dataset)
    known += [manifest.generation for manifest in runs.values()]
    return max(known, default=0)
