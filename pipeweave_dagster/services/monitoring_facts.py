"""What is known about the batches of a data set: drift, performance, and what is late."""

from typing import Any

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.core.documents import PerformanceReport
from pipeweave_dagster.services.batch_history import history_of
from pipeweave_dagster.services.freshness import late_of
from pipeweave_dagster.settings import Settings


def monitoring_facts(
    store: DocumentStore, dataset: str, settings: Settings, now: float, last: int
) -> dict[str, Any]:
    """Return the last batches with drift and performance, the refused ones, and what is late.

    Args:
        store: Documents and records.
        dataset: The data set.
        settings: When something is late.
        now: In seconds since 1970.
        last: How many batches are shown, the newest ones.
    """
    history = history_of(store, dataset)
    report = store.latest(dataset, "performance", PerformanceReport)
    shown = history.batches[-last:]
    compared = report.comparison if report else None
    return {
        "dataset": dataset,
        "batches": [record.model_dump(mode="json") for record in shown],
        "earlier": history.dropped + len(history.batches) - len(shown),
        "labelled": report.labelled if report else 0,
        "worse": report.worse if report else [],
        "comparison": compared.model_dump(mode="json") if compared else None,
        "refused": [refused.model_dump(mode="json") for refused in history.refused],
        "late": [
            part.model_dump(mode="json") | {"text": part.text}
            for part in late_of(store, dataset, settings, now)
        ],
        "notes": report.notes if report else [],
    }
