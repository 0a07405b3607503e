"""What a list and a view of data sets show, for the command line and the HTTP API alike."""

from collections.abc import Callable
from typing import Any

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.core.documents import (
    DatasetEntry,
    DatasetSnapshot,
    RawUpload,
    SchemaDeduction,
)
from pipeweave_dagster.services.batch_history import history_of
from pipeweave_dagster.services.known_datasets import known
from pipeweave_dagster.services.left_out import recorded_left_out
from pipeweave_dagster.services.overview import entry_of
from pipeweave_dagster.services.ownership import claim_note, owners_of

_READING = {"dialect", "rows", "rows_read", "rows_quarantined", "left_out", "notes"}


def page_of_datasets(
    store: DocumentStore,
    page: int,
    page_size: int,
    may_see: Callable[[str], bool] = lambda _: True,
) -> tuple[list[DatasetEntry], int]:
    """Return the entries of one page of the list by name, and the number of all data sets.

    Args:
        store: Documents and records; about ten small reads for each data set of the page.
        page: Counts from 1; beyond the last one it is empty.
        page_size: Data sets of one page.
        may_see: Which data sets are listed and counted.
    """
    names = [*filter(may_see, store.datasets())]
    part = names[(page - 1) * page_size : page * page_size]
    return [entry_of(store, name) for name in part], len(names)


def list_facts(store: DocumentStore, page: int, page_size: int) -> dict[str, Any]:
    """Return one page of the list, and what the landing zone holds that is no upload."""
    entries, total = page_of_datasets(store, page, page_size)
    return {
        "page": page,
        "page_size": page_size,
        "total": total,
        "datasets": [entry.model_dump(mode="json") for entry in entries],
        "left_out": recorded_left_out(store),
    }


def dataset_facts(store: DocumentStore, name: str) -> dict[str, Any]:
    """Return everything that is known about one data set: its stages, reading and last run.

    Raises:
        PipeWeaveError: NOT_FOUND if there is no such data set.
    """
    dataset = known(store, name)
    head = store.head(dataset)
    stale = head.stale() if head else {}
    entries = head.entries if head else {}
    attempt = store.attempt(dataset)
    snapshot = store.load_entry(entries, "dataset", DatasetSnapshot)
    schema = store.load_entry(entries, "schema_deduction", SchemaDeduction)
    upload = store.load_entry(entries, "raw_upload", RawUpload)
    owner = owners_of(store).get(dataset)
    refused = history_of(store, dataset).refused
    return {
        "dataset": dataset,
        "summary": entry_of(store, dataset).model_dump(mode="json"),
        "owner": owner,
        "owner_note": claim_note(dataset, upload.settings.owner if upload else None, owner),
        "stages": {
            asset: {**entry.model_dump(mode="json"), "stale": stale.get(asset)}
            for asset, entry in entries.items()
        },
        "reading": snapshot.model_dump(mode="json", include=_READING) if snapshot else None,
        "schema_notes": schema.notes if schema else [],
        "last_attempt": attempt.model_dump(mode="json") if attempt else None,
        "refused": [part.model_dump(mode="json") for part in refused],
    }
