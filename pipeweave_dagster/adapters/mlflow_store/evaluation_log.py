"""Add test scores, plots and the model card to the run of a training."""

import re
import time
from pathlib import Path
from typing import Any

from pipeweave_dagster.core.documents import Evaluation, MlflowLink

_UNSAFE = re.compile(r"[^\w-]+")


def add_evaluation(
    tracking_uri: str,
    link: MlflowLink,
    evaluation: Evaluation,
    card: Path | None,
    *,
    scores: bool = True,
) -> None:
    """Log `test_<metric>` with the bounds of its interval, and the files."""
    from mlflow import MlflowClient

    client = MlflowClient(tracking_uri, tracking_uri)
    if scores:
        client.log_batch(link.run_id, metrics=_metrics(evaluation))
    for plot in evaluation.plots:
        name = _UNSAFE.sub("_", plot.name)[:60]
        client.log_text(link.run_id, plot.svg, f"plots/{name}.svg")
    client.log_text(link.run_id, evaluation.to_json().decode(), "evaluation.json")
    if card is not None:
        text = card.read_text(encoding="utf-8")
        client.log_text(link.run_id, text, card.name)
        client.update_model_version(link.model_name, link.model_version, text[:5000])


def _metrics(evaluation: Evaluation) -> list[Any]:
    from mlflow.entities import Metric

    now = int(time.time() * 1000)
    values: dict[str, float | None] = {}
    for name, estimate in evaluation.metrics.items():
        values[f"test_{name}"] = estimate.value
        values[f"test_{name}_low"] = estimate.low
        values[f"test_{name}_high"] = estimate.high
    for name, estimate in evaluation.baseline.items():
        values[f"constant_{name}"] = estimate.value
    return [Metric(name, value, now, 0) for name, value in values.items() if value is not None]
