"""The state of one data set, gathered from the storage; see `overview_index` for all of them."""

import datetime as dt
import math
from typing import Any

from pipeweave_dagster.adapters.state import Attempt, DocumentStore, Head
from pipeweave_dagster.core.documents import (
    DatasetEntry,
    DatasetSnapshot,
    Evaluation,
    Findings,
    ModelEntry,
    SchemaDeduction,
    TrainedModel,
)
from pipeweave_dagster.core.metrics.direction import GREATER_IS_BETTER
from pipeweave_dagster.core.number_format import with_interval
from pipeweave_dagster.core.schema.no_target import why_no_model
from pipeweave_dagster.core.trial_states import winner_text
from pipeweave_dagster.services.acknowledgements import acknowledgements
from pipeweave_dagster.services.checked_runs import open_findings
from pipeweave_dagster.services.dataset_problems import contained
from pipeweave_dagster.services.model_aliases import aliases_of
from pipeweave_dagster.services.model_versions import find_version

_MAIN_JOB = "process_dataset"


def entry_of(store: DocumentStore, dataset: str) -> DatasetEntry:
    """Return the state of one data set, also if no run of it has completed yet."""
    problems: list[str] = []
    head = attempt = champion = challenger = None
    with contained(dataset, problems):
        head, attempt = store.head(dataset), store.attempt(dataset)
    with contained(dataset, problems):
        champion, challenger = champion_and_challenger(store, dataset)
    entry = DatasetEntry(
        dataset=dataset,
        version="-",
        blocked=attempt.blocked if attempt else [],
        model=champion.model if champion else None,
        score=champion.score if champion else None,
        champion=champion,
        challenger=challenger,
        last_attempt=attempt_text(attempt),
    )
    if head is not None:
        with contained(dataset, problems):
            entry = _complete(store, entry, head)
    damaged = store.records.damaged(f"datasets/{dataset}/")
    return entry.model_copy(update={"problems": [*damaged, *problems]})


def _complete(store: DocumentStore, entry: DatasetEntry, head: Head) -> DatasetEntry:
    """Add what HEAD holds; its model only where there is no champion."""
    snapshot = store.load_entry(head.entries, "dataset", DatasetSnapshot)
    schema = store.load_entry(head.entries, "schema_deduction", SchemaDeduction)
    findings = store.load_entry(head.entries, "findings", Findings)
    upload = head.entries.get("raw_upload")
    facts: dict[str, Any] = {
        "version": upload.document[:12] if upload else "-",
        "rows": snapshot.rows if snapshot else None,
        "target": schema.target.name if schema else None,
        "no_model": why_no_model(schema.target) if schema else "",
        "alerts": _alerts(store, entry.dataset, findings, head) if findings else 0,
        "updated_at": _time(head.moved_at),
    }
    if entry.champion is None:
        facts["model"], facts["score"] = _newest(store, head)
    return entry.model_copy(update=facts)


def _alerts(store: DocumentStore, dataset: str, findings: Findings, head: Head) -> int:
    """Return how many alerted findings nobody has acknowledged or overridden."""
    seen, moment = acknowledgements(store, dataset), head.entries["findings"].made_at
    return sum(
        found.state == "alerted" and not any(answer.covers(found, moment) for answer in seen)
        for found in open_findings(findings)
    )


def champion_and_challenger(
    store: DocumentStore, dataset: str
) -> tuple[ModelEntry | None, ModelEntry | None]:
    """Return both, each None if the data set has none; a promoted challenger is the champion."""
    aliases = aliases_of(store, dataset)
    champion, challenger = aliases.get("champion"), aliases.get("challenger")
    other = None if challenger == champion else challenger
    return _registered(store, dataset, champion), _registered(store, dataset, other)


def _registered(store: DocumentStore, dataset: str, version: str | None) -> ModelEntry | None:
    if version is None:
        return None
    found = find_version(store, dataset, version)  # None: trained with another storage
    return describe_model(version, *found) if found else None


def describe_model(version: str, model: TrainedModel, evaluation: Evaluation) -> ModelEntry:
    """Return one row about a model version; a reason only where it was not promoted."""
    return ModelEntry(
        version=version,
        model=_name_of(model),
        target=model.target,
        score=score_text(evaluation),
        reason="" if evaluation.promoted == "champion" else evaluation.promotion_reason,
        gain=_gain(evaluation),
    )


def _gain(evaluation: Evaluation) -> float | None:
    """Return the score's share of the way from the baseline to a perfect score."""
    name = evaluation.metric
    scores = evaluation.metrics.get(name), evaluation.baseline.get(name)
    score, baseline = (found.value if found else None for found in scores)
    perfect = 1.0 if GREATER_IS_BETTER[name] else 0.0
    if score is None or baseline is None or baseline == perfect:
        return None
    gain = (score - baseline) / (perfect - baseline)
    return round(gain, 4) if math.isfinite(gain) else None


def _newest(store: DocumentStore, head: Head) -> tuple[str | None, str | None]:
    model = store.load_entry(head.entries, "model", TrainedModel)
    evaluation = store.load_entry(head.entries, "model_evaluation", Evaluation)
    return (
        _name_of(model) if model else None,
        score_text(evaluation) if evaluation else None,
    )


def _name_of(model: TrainedModel) -> str:
    return winner_text(model.winner, model.verdict)


def score_text(evaluation: Evaluation) -> str | None:
    """Return the main metric with its interval, such as `roc_auc 0.871 [0.82, 0.91]`."""
    score = evaluation.metrics.get(evaluation.metric)
    if score is None or score.value is None:
        return None
    return f"{evaluation.metric} {with_interval(score.value, score.low, score.high)}"


def attempt_text(attempt: Attempt | None) -> str:
    """Return how the last run ended, in one line, and what it ran unless that is the main job."""
    if attempt is None:
        return "never run"
    message = attempt.error["message"] if attempt.error else ""
    other = attempt.job and not attempt.job.endswith(_MAIN_JOB) and attempt.job[0] != "_"
    job = f"({attempt.job}) " if other else ""
    return f"{attempt.state} {_time(attempt.started_at)} {job}{message}".strip()


def _time(seconds: float) -> str:
    return dt.datetime.fromtimestamp(seconds, dt.UTC).isoformat(timespec="seconds")
