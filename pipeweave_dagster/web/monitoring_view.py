"""The monitoring part of a data set's page: batches, their drift and performance, what is late."""

import time
from dataclasses import dataclass, field

from pipeweave_dagster.adapters.state import DocumentStore, Entry
from pipeweave_dagster.core.charts.svg import label_of
from pipeweave_dagster.core.documents import (
    BatchRecord,
    DriftReport,
    PerformanceReport,
    PredictionBatch,
    RefusedBatch,
)
from pipeweave_dagster.core.monitoring.history_plot import history_plot
from pipeweave_dagster.core.number_format import compared
from pipeweave_dagster.core.trial_states import verdict_text
from pipeweave_dagster.services.batch_history import history_of, score_text
from pipeweave_dagster.services.freshness import late_of
from pipeweave_dagster.settings import Settings
from pipeweave_dagster.web.addresses import data_uri

MOST_BATCHES = 12


@dataclass
class MonitoringView:
    """Documents of the last batch, and the history of all batches; empty before the first."""

    predictions: PredictionBatch | None = None
    drift: DriftReport | None = None
    performance: PerformanceReport | None = None
    batches: list[dict[str, str]] = field(default_factory=list)
    earlier: int = 0
    plot: str = ""
    plot_caption: str = ""
    late: list[str] = field(default_factory=list)
    shadow: str = ""
    refused: list[dict[str, str]] = field(default_factory=list)


def monitoring_view(
    store: DocumentStore, dataset: str, head: dict[str, Entry], settings: Settings
) -> MonitoringView:
    """Gather what is known about the batches of a data set."""
    history = history_of(store, dataset)
    view = MonitoringView(
        predictions=store.load_entry(head, "predictions", PredictionBatch),
        drift=store.load_entry(head, "drift", DriftReport),
        performance=store.load_entry(head, "performance", PerformanceReport),
        batches=[batch_row(b) for b in reversed(history.batches[-MOST_BATCHES:])],
        earlier=max(0, len(history.batches) - MOST_BATCHES) + history.dropped,
        refused=[_refusal(r) for r in reversed(history.refused[-MOST_BATCHES:])],
        late=[part.text for part in late_of(store, dataset, settings, time.time())],
    )
    svg = history_plot(history.batches, view.performance.tested if view.performance else None)
    if svg:
        view.plot, view.plot_caption = data_uri(svg), label_of(svg)
    view.shadow = _shadow(view.performance)
    return view


def _shadow(report: PerformanceReport | None) -> str:
    found = report.comparison if report else None
    if found is None or found.difference is None:
        return ""
    return (
        f"The challenger, scored in shadow, is {verdict_text(found.verdict)} the {found.other} on "
        f"{found.rows:,} labelled rows: {compared(found.difference, found.low, found.high)}."
    )


def _refusal(refused: RefusedBatch) -> dict[str, str]:
    return {"at": _minute(refused.at), "file": refused.file, "reason": refused.reason}


def _minute(seconds: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.gmtime(seconds))


def batch_row(record: BatchRecord) -> dict[str, str]:
    """Return what a table shows about a batch."""
    return {
        "batch": record.batch,
        "scored": _minute(record.scored_at),
        "version": f"{record.model_version}{'' if record.role == 'champion' else ' in shadow'}",
        "rows": f"{record.rows:,}",
        "labelled": f"{record.labelled:,}",
        "expected": score_text(record.estimated, record),
        "measured": score_text(record.measured, record),
        "drifted": ", ".join(column.name for column in record.drift[:3]),
    }
