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
    return {
        "datasets": dg.MetadataValue.md(markdown.table(header, rows, limit=200)),
        "dataset_count": len(document.datasets),
        "page": dg.MetadataValue.url(settings.web_url),
    }


describe_operation: Describers = {
    PredictionBatch.kind: _predictions,
    WorkbenchOverview.kind: _overview,
}
