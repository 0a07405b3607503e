"""One line a data set, from what the storage holds; no database of its own."""

import datetime as dt

from pipeweave_dagster.adapters.state import Attempt, DocumentStore, Head
from pipeweave_dagster.core.documents import (
    DatasetEntry,
    DatasetSnapshot,
    Evaluation,
    Findings,
    SchemaDeduction,
    TrainedModel,
    WorkbenchOverview,
)


def build_overview(store: DocumentStore) -> WorkbenchOverview:
    """The state of every data set; reads at most six small objects for each."""
    return WorkbenchOverview(datasets=[entry_of(store, name) for name in store.datasets()])


def entry_of(store: DocumentStore, dataset: str) -> DatasetEntry:
    """The state of one data set, also when no run of it has completed yet."""
    head, attempt = store.head(dataset), store.attempt(dataset)
    if head is None:
        return DatasetEntry(
            dataset=dataset,
            version="-",
            blocked=attempt.blocked if attempt else [],
            last_attempt=words(attempt),
        )
    return _complete(store, dataset, head, attempt)


def _complete(
    store: DocumentStore, dataset: str, head: Head, attempt: Attempt | None
) -> DatasetEntry:
    snapshot = store.latest(dataset, "dataset", DatasetSnapshot)
    schema = store.latest(dataset, "schema_deduction", SchemaDeduction)
    findings = store.latest(dataset, "findings", Findings)
    model = store.latest(dataset, "model", TrainedModel)
    evaluation = store.latest(dataset, "model_evaluation", Evaluation)
    upload = head.entries.get("raw_upload")
    return DatasetEntry(
        dataset=dataset,
        version=upload.document[:12] if upload else "-",
        rows=snapshot.rows if snapshot else None,
        target=schema.target.name if schema else None,
        blocked=attempt.blocked if attempt else [],
        alerts=sum(f.state == "alerted" for f in findings.findings) if findings else 0,
        model=f"{model.winner} ({model.verdict})" if model else None,
        score=score_in_words(evaluation) if evaluation else None,
        last_attempt=words(attempt),
        updated_at=_time(head.moved_at),
    )


def score_in_words(evaluation: Evaluation) -> str | None:
    """The main metric with its interval, such as `roc_auc 0.871 [0.82, 0.91]`."""
    found = evaluation.metrics.get(evaluation.metric)
    if found is None or found.value is None:
        return None
    spread = "" if found.low is None else f" [{found.low:.4g}, {found.high:.4g}]"
    return f"{evaluation.metric} {found.value:.4g}{spread}"


def words(attempt: Attempt | None) -> str:
    """How the last run ended, in one line."""
    if attempt is None:
        return "never run"
    message = attempt.error["message"] if attempt.error else ""
    return f"{attempt.state} {_time(attempt.started_at)} {message}".strip()


def _time(seconds: float) -> str:
    return dt.datetime.fromtimestamp(seconds, dt.UTC).isoformat(timespec="seconds")
