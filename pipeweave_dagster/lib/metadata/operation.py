"""Metadata of predictions and the overview."""

from typing import Any

import dagster as dg

from pipeweave_dagster.core.documents import PredictionBatch, WorkbenchOverview
from pipeweave_dagster.lib.metadata import markdown
from pipeweave_dagster.lib.metadata.base import Describers
from pipeweave_dagster.settings import Settings


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


def _overview(document: WorkbenchOverview, settings: Settings) -> dict[str, Any]:
    rows = [
        (d.dataset, markdown.number(d.rows), d.model_target or "-", d.model or "-", d.score or "-",
         d.challenger.score or d.challenger.model if d.challenger else "-",
         ", ".join(d.blocked) or "-", d.alerts, d.last_attempt)
        for d in document.datasets
    ]  # fmt: skip
    header = ["data set", "rows", "target", "champion", "score", "challenger", "blocked",
              "alerts", "last attempt"]  # fmt: skip
    from pipeweave_dagster.services.run_figures import run_cost

    totals = document.totals()
    times = [
        (name, time.runs, markdown.number(time.seconds), markdown.number(time.seconds / time.runs))
        for name, time in totals.runs.assets.items()
    ]
    best = [(e.dataset, e.model or "-", e.score or "-") for e in document.best()]
    facts: dict[str, Any] = {
        "datasets": dg.MetadataValue.md(markdown.table(header, rows, limit=200)),
        "best models": dg.MetadataValue.md(markdown.table(["data set", "model", "score"], best)),
        "time per asset": dg.MetadataValue.md(
            markdown.table(["asset", "runs", "seconds", "seconds per run"], times)
        ),
        "page": dg.MetadataValue.url(f"{settings.web_url.rstrip('/')}/overview"),
        "dataset_count": totals.datasets,
        "data sets with drift": totals.drifted,
        "run seconds": totals.runs.seconds,
        "cost of advice (USD)": totals.advice_usd,
    }
    if totals.runs.success_rate is not None:
        facts["success rate of runs"] = round(totals.runs.success_rate, 4)
    if (cost := run_cost(totals.runs.seconds, settings.cost_per_hour)) is not None:
        facts["cost of runs"] = cost
    return facts


describe_operation: Describers = {
    PredictionBatch.kind: _predictions,
    WorkbenchOverview.kind: _overview,
}
