"""Metadata of pipelines, models, evaluations, predictions and drift."""

from typing import Any

import dagster as dg

from pipeweave_dagster.adapters.links import mlflow_urls
from pipeweave_dagster.core.documents import (
    DriftReport,
    Evaluation,
    PipelineSpec,
    PredictionBatch,
    TrainedModel,
    WorkbenchOverview,
)
from pipeweave_dagster.core.pipelines.diagram import drawn, in_words
from pipeweave_dagster.lib.metadata import markdown
from pipeweave_dagster.settings import Settings

_MAX_PLOTS = 6


def _pipeline(document: PipelineSpec, settings: Settings) -> dict[str, Any]:
    _ = settings
    steps = [(s.name, s.kind, s.use, len(s.columns), s.reason) for s in document.steps]
    dropped = [f"{name}: {reason}" for name, reason in document.dropped.items()]
    picture = markdown.picture(drawn(document), "The steps of the pipeline and their order")
    shown = {"diagram": picture} if picture is not None else {}
    return {
        **shown,
        "target": f"{document.target} ({document.task})",
        "metric": document.metric,
        "split": f"{document.split.kind}: {document.split.reason}",
        "steps": dg.MetadataValue.md(
            markdown.table(["step", "kind", "uses", "columns", "why"], steps)
        ),
        "dropped": dg.MetadataValue.md(markdown.bullets(dropped)),
        "feature_count": len(document.features),
        "in_words": in_words(document),
    }


def _model(document: TrainedModel, settings: Settings) -> dict[str, Any]:
    rows = [
        (t.name, t.family, markdown.number(t.score), markdown.number(t.score_std, 2),
         f"{t.fit_seconds:.1f}", t.state, t.note)
        for t in document.leaderboard
    ]  # fmt: skip
    header = ["trial", "family", document.metric, "std", "seconds", "state", "note"]
    facts: dict[str, Any] = {
        "winner": document.winner,
        "verdict": document.verdict,
        "leaderboard": dg.MetadataValue.md(markdown.table(header, rows)),
        "rows_train": document.rows_train,
        "rows_test": document.rows_test,
        "used_s": round(document.used_s, 2),
        "budget_s": document.budget_s,
        "notes": dg.MetadataValue.md(markdown.bullets(document.notes)),
    }
    if document.mlflow is not None:
        urls = mlflow_urls(document.mlflow, settings)
        facts |= {f"mlflow_{name}": dg.MetadataValue.url(url) for name, url in urls.items()}
    return facts


def _evaluation(document: Evaluation, settings: Settings) -> dict[str, Any]:
    _ = settings
    rows = [
        (
            name,
            markdown.interval(e.value, e.low, e.high),
            markdown.interval(b.value, b.low, b.high) if b else "-",
        )
        for name, e in document.metrics.items()
        for b in [document.baseline.get(name)]
    ]
    facts: dict[str, Any] = {
        "verdict": document.verdict,
        "scores": dg.MetadataValue.md(
            markdown.table(["metric", "test [95 % interval]", "constant model"], rows)
        ),
        "rows": document.rows,
        "alias": document.promoted,
        "alias_reason": document.promotion_reason,
        "notes": dg.MetadataValue.md(markdown.bullets(document.notes)),
    }
    score = document.metrics.get(document.metric)
    if score is not None and score.value is not None:
        facts[f"score_{document.metric}"] = score.value
    for plot in document.plots[:_MAX_PLOTS]:
        shown = markdown.picture(plot.svg, plot.caption)
        if shown is not None:
            facts[f"plot: {plot.name}"] = shown
    return facts


def _predictions(document: PredictionBatch, settings: Settings) -> dict[str, Any]:
    _ = settings
    counts = sorted(document.counts.items(), key=lambda item: -item[1])
    return {
        "dagster/row_count": document.rows,
        "batch": document.batch,
        "model": f"{document.model_name} version {document.model_version}",
        "csv": document.csv_key,
        "parquet": document.parquet_key,
        "predicted": dg.MetadataValue.md(markdown.table(["class", "rows"], counts, limit=20)),
        "notes": dg.MetadataValue.md(markdown.bullets(document.notes)),
    }


def _drift(document: DriftReport, settings: Settings) -> dict[str, Any]:
    _ = settings
    rows = [
        (c.name, markdown.number(c.score, 3), markdown.number(c.threshold, 3),
         "drifted" if c.drifted else "stable", c.note)
        for c in document.columns
    ]  # fmt: skip
    return {
        "verdict": document.verdict,
        "method": document.method,
        "columns": dg.MetadataValue.md(
            markdown.table(["column", "score", "threshold", "state", "note"], rows)
        ),
        "drifted": sum(c.drifted for c in document.columns),
        "rows": document.rows,
    }


def _overview(document: WorkbenchOverview, settings: Settings) -> dict[str, Any]:
    rows = [
        (d.dataset, markdown.number(d.rows), d.target or "-", d.model or "-", d.score or "-",
         ", ".join(d.blocked) or "-", d.alerts, d.last_attempt)
        for d in document.datasets
    ]  # fmt: skip
    header = ["data set", "rows", "target", "model", "score", "blocked", "alerts", "last attempt"]
    return {
        "datasets": dg.MetadataValue.md(markdown.table(header, rows, limit=200)),
        "dataset_count": len(document.datasets),
        "page": dg.MetadataValue.url(settings.web_url),
    }


describe_model = {
    PipelineSpec.kind: _pipeline,
    TrainedModel.kind: _model,
    Evaluation.kind: _evaluation,
    PredictionBatch.kind: _predictions,
    DriftReport.kind: _drift,
    WorkbenchOverview.kind: _overview,
}
