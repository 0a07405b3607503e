"""Metadata of drift and performance."""

from collections.abc import Sequence
from typing import Any

import dagster as dg

from pipeweave_dagster.core.documents import (
    BatchRecord,
    ColumnDrift,
    DriftReport,
    Estimate,
    PerformanceReport,
    ShadowBatch,
)
from pipeweave_dagster.core.number_format import compared
from pipeweave_dagster.core.trial_states import verdict_text
from pipeweave_dagster.lib.metadata import markdown
from pipeweave_dagster.lib.metadata.base import Describers
from pipeweave_dagster.settings import Settings


def drift_table(columns: Sequence[ColumnDrift]) -> str:
    """Return a Markdown table of columns with their drift."""
    rows = [
        (c.name, markdown.number(c.score, 3), markdown.number(c.threshold, 3), c.change,
         "drifted" if c.drifted else "stable", c.note)
        for c in columns
    ]  # fmt: skip
    return markdown.table(["column", "effect", "threshold", "change", "state", "note"], rows)


def _drift(document: DriftReport, settings: Settings) -> dict[str, Any]:
    _ = settings
    return {
        "verdict": document.verdict,
        "method": document.method,
        "columns": dg.MetadataValue.md(drift_table(document.columns)),
        "drifted": len(document.drifted),
        "rows": document.rows,
        "notes": dg.MetadataValue.md(markdown.bullets(document.notes)),
    }


def _performance(document: PerformanceReport, settings: Settings) -> dict[str, Any]:
    """Return a table and a plot of the batches; Dagster plots the numbers over time itself."""
    from pipeweave_dagster.core.monitoring.history_plot import history_plot

    _ = settings
    facts: dict[str, Any] = {
        "labelled": document.labelled,
        "batches": dg.MetadataValue.md(_batch_table(document.batches)),
        "worse than tested": ", ".join(document.worse) or "none",
        "notes": dg.MetadataValue.md(markdown.bullets(document.notes)),
    }
    champions = [b for b in document.batches if b.role == "champion"]
    for name in ("estimated", "measured"):
        scores = [getattr(b, name).get(b.metric) for b in champions]
        known = [s.value for s in scores if s is not None and s.value is not None]
        if known:
            facts[name] = known[-1]
    found = document.comparison
    if found is not None:
        facts["challenger in shadow"] = (
            f"{verdict_text(found.verdict)} the {found.other} on {found.rows:,} labelled rows: "
            f"{compared(found.difference, found.low, found.high)}"
        )
    plot = markdown.inline_svg(
        history_plot(document.batches, document.tested), "performance per batch"
    )
    return facts | ({"history": plot} if plot else {})


def _batch_table(batches: Sequence[BatchRecord]) -> str:
    rows = [
        (b.batch, f"{b.model_version} ({b.role})", b.rows, b.labelled, b.metric or "-",
         _score(b.estimated, b), _score(b.measured, b), _score(b.estimated_labelled, b),
         b.drift[0].name if b.drift else "-")
        for b in reversed(batches)
    ]  # fmt: skip
    header = ["batch", "version", "rows", "labelled", "metric", "expected", "measured",
              "expected on labelled rows", "drifted first"]  # fmt: skip
    return markdown.table(header, rows)


def _score(scores: dict[str, Estimate], record: BatchRecord) -> str:
    found = scores.get(record.metric or "")
    return markdown.interval(found.value, found.low, found.high) if found else "-"


def _shadow(document: ShadowBatch, settings: Settings) -> dict[str, Any]:
    _ = settings
    if document.model_version is None:
        return {"batch": document.batch, "reason": document.reason}
    return {
        "dagster/row_count": document.rows,
        "batch": document.batch,
        "version": document.model_version,
        "csv": document.csv_key,
        "parquet": document.parquet_key,
    }


describe_monitoring: Describers = {
    ShadowBatch.kind: _shadow,
    DriftReport.kind: _drift,
    PerformanceReport.kind: _performance,
}
