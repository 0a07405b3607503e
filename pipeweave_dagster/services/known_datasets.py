"""Data sets by the name that a user gave."""

from pipeweave_dagster.adapters.state import DocumentStore


def known(store: DocumentStore, name: str) -> str:
    """Return the name if there is such a data set.

    Raises:
        PipeWeaveError: NOT_FOUND, with similar names.
    """
    if name not in store.datasets():
        store.require_head(name)
    return name
