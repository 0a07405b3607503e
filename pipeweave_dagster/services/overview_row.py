"""The row of a data set in the overview: its state, latest batch, and what runs and advice took."""

from typing import Any

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.core.documents import DatasetEntry, LatestBatch
from pipeweave_dagster.services.advice_records import records
from pipeweave_dagster.services.batch_history import history_of
from pipeweave_dagster.services.dataset_problems import contained
from pipeweave_dagster.services.overview import entry_of
from pipeweave_dagster.services.run_figures import run_figures


def full_entry_of(store: DocumentStore, dataset: str) -> DatasetEntry:
    """Return the state of a data set with its latest batch, and what runs and advice took."""
    entry = entry_of(store, dataset)
    problems: list[str] = []
    facts: dict[str, Any] = {}
    with contained(dataset, problems):
        facts["runs"] = run_figures(store, dataset)
    with contained(dataset, problems):
        facts["batch"] = _latest_batch(store, dataset)
    with contained(dataset, problems):
        cost = sum(record.cost_usd for record in records(store, dataset))
        facts["advice_usd"] = round(cost, 8)
    facts["problems"] = list(dict.fromkeys([*entry.problems, *problems]))
    return entry.model_copy(update=facts)


def _latest_batch(store: DocumentStore, dataset: str) -> LatestBatch | None:
    scored = [b for b in history_of(store, dataset).batches if b.role == "champion"]
    if not scored:
        return None
    newest = max(scored, key=lambda batch: batch.scored_at)
    score = newest.measured.get(newest.metric) if newest.metric else None
    known = score is not None and score.value is not None
    return LatestBatch(
        batch=newest.batch,
        scored_at=newest.scored_at,
        rows=newest.rows,
        verdict=newest.verdict,
        drifted=sum(column.drifted for column in newest.drift),
        measured=f"{newest.metric} {score.value:.4g}" if score and known else "",
    )
