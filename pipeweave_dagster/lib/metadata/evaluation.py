"""Metadata of evaluations."""

from typing import Any

import dagster as dg

from pipeweave_dagster.core.documents import Estimate, Evaluation, MethodCheck, Rate
from pipeweave_dagster.lib.metadata import markdown
from pipeweave_dagster.lib.metadata.base import Describers
from pipeweave_dagster.settings import Settings

_MEANS = ("_micro", "_weighted", "precision_macro", "recall_macro")
"""Metrics in a separate table: Dagster's page folds tables of more than about ten rows."""
_PLOT_BYTES = 150_000
"""All plots of one document together: the event log takes 256 kB of metadata."""


def _evaluation(document: Evaluation, settings: Settings) -> dict[str, Any]:
    _ = settings
    means = [name for name in document.metrics if name.endswith(_MEANS)]
    shown = [name for name in document.metrics if name not in means]
    facts: dict[str, Any] = {
        "verdict": document.verdict,
        "scores": _compared(document, shown),
        "rows": document.rows,
        "alias": document.promoted,
        "alias_reason": document.promotion_reason,
        "notes": dg.MetadataValue.md(markdown.bullets(document.notes)),
    }
    if document.dropped:
        facts["no_time_for"] = ", ".join(document.dropped)
    score = document.metrics.get(document.metric)
    if score is not None and score.value is not None:
        facts[f"score_{document.metric}"] = score.value
    if means:
        facts["means_over_classes"] = _compared(document, means)
    return facts | _by_class(document) | _curves(document) | _plots(document)


def _compared(document: Evaluation, names: list[str]) -> dg.MarkdownMetadataValue:
    """Return a table of metrics beside those of the baseline."""
    rows = [
        (name, *(_score(metrics.get(name)) for metrics in (document.metrics, document.baseline)))
        for name in names
    ]
    header = ["metric", "test [95 % interval]", "baseline (constant)"]
    return dg.MetadataValue.md(markdown.table(header, rows))


def _score(estimate: Estimate | Rate | None) -> str:
    return markdown.interval(estimate.value, estimate.low, estimate.high) if estimate else "-"


def _by_class(document: Evaluation) -> dict[str, Any]:
    if not document.by_class:
        return {}
    rows = [
        (c.label, c.rows, *(_score(score) for score in (c.precision, c.recall, c.f1)))
        for c in document.by_class
    ]
    header = ["class", "test rows", "precision", "recall", "F1"]
    return {"classes": dg.MetadataValue.md(markdown.table(header, rows))}


def _curves(document: Evaluation) -> dict[str, Any]:
    """Return scores by number of rows and by time, and the stability of importances."""
    facts: dict[str, Any] = {}
    if document.curve is not None:
        rows = [
            (p.rows, markdown.interval(p.score, p.low, p.high), markdown.number(p.learned))
            for p in document.curve.points
        ]
        header = ["training rows", f"{document.metric} (held-out rows)", "on its training rows"]
        facts["learning_curve"] = dg.MetadataValue.md(markdown.table(header, rows))
    if document.periods:
        spans = [
            (p.period, p.rows, markdown.interval(p.score, p.low, p.high), p.by)
            for p in document.periods
        ]
        header = ["period", "rows", document.metric, "by"]
        facts["periods"] = dg.MetadataValue.md(markdown.table(header, spans))
    if document.stability is not None:
        mark = "" if document.stability.readable else "importances are unreliable: "
        facts["importance_stability"] = (
            f"{mark}rank correlation {document.stability.correlation:.2f} between "
            f"{document.stability.models} {document.stability.by} trained on different rows"
        )
    return facts


def _plots(document: Evaluation) -> dict[str, Any]:
    """Return as many plots as the event log takes, in order."""
    facts: dict[str, Any] = {}
    left = _PLOT_BYTES
    for plot in document.plots:
        shown = markdown.inline_svg(plot.svg, plot.caption)
        if shown is not None and len(shown.value or "") <= left:
            left -= len(shown.value or "")
            facts[f"plot: {plot.name}"] = shown
    return facts


def checks_table(checks: list[MethodCheck]) -> str:
    """Return a table of the checks of a score, the failed ones first."""
    ordered = sorted(checks, key=lambda check: check.state != "failed")
    rows = [(c.code, c.state, c.title, c.message) for c in ordered]
    return markdown.table(["code", "state", "check", "result"], rows)


describe_evaluation: Describers = {Evaluation.kind: _evaluation}
