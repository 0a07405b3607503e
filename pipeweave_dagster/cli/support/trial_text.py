"""Comparisons, predictions of one row and thresholds as text and as JSON."""

from typing import Any

from pipeweave_dagster.cli.support.output import columns, plain
from pipeweave_dagster.core.metrics.threshold_table import ThresholdRow
from pipeweave_dagster.core.number_format import compared
from pipeweave_dagster.core.prediction.what_if import RowPrediction

_MOST_CLASSES = 20


def comparison_facts(found: dict[str, Any]) -> dict[str, Any]:
    """Return a comparison of two versions as JSON-ready data."""
    metrics = {
        name: [value and value.model_dump(mode="json") for value in values]
        for name, values in found["metrics"]
    }
    paired = found["paired"] and {
        **found["paired"],
        "test": found["paired"]["test"].model_dump(mode="json"),
    }
    return {**found, "metrics": metrics, "paired": paired}


def comparison_text(found: dict[str, Any]) -> str:
    """Return two versions side by side."""
    versions = [f"version {side['version']}" for side in found["versions"]]
    winners = ("model", *(plain(side["winner"], 40) for side in found["versions"]))
    rows = ("training rows", *(f"{side['rows_train']:,}" for side in found["versions"]))
    scores = [
        (name, *("-" if value is None else f"{value.value:.4g}" for value in values))
        for name, values in found["metrics"]
    ]
    parts = [columns(["", *versions], [winners, rows, *scores])]
    if not found["same_test_rows"]:
        text = "Note: the scores below are of different test rows, so they cannot be compared."
        parts.insert(0, text)
    if paired := found["paired"]:
        test = paired["test"]
        parts.append(
            f"On {test.rows:,} rows which neither model has learned from, version "
            f"{paired['version']} is, compared with version {paired['other']} in "
            f"{paired['metric']}: {compared(test.difference, test.low, test.high)}."
        )
    changes = found["changes"]
    if changes is not None:
        parts.append("\n".join(["Pipelines:", *(plain(c) for c in changes or ["no difference"])]))
    return "\n\n".join(parts)


def prediction_text(found: RowPrediction) -> str:
    """Return the prediction for one row, with what it rests on."""
    lines = [f"prediction: {plain(found.prediction or 'none', 80)}"]
    if found.interval:
        lines.append(f"interval or set of predictions: {plain(found.interval)} (see the notes)")
    if found.outside:
        lines.append("The row is unlike the training rows.")
    if found.probabilities:
        likely = list(found.probabilities.items())[:_MOST_CLASSES]
        table = [(plain(label, 40), f"{share:.3f}") for label, share in likely]
        lines.append("\n" + columns(["class", "probability"], table))
    if found.reasons:
        effects = [
            (plain(column, 40), f"{effect:+.3g}") for column, effect in found.reasons.items()
        ]
        lines.append("\n" + columns(["because of", "effect"], effects))
    return "\n".join([*lines, *(f"note: {plain(note)}" for note in found.notes)])


def threshold_text(shown: dict[str, ThresholdRow]) -> str:
    """Return one line per threshold: that with the least cost, and the one asked for."""
    header = ["", "threshold", "cost per row", "precision", "recall", "false +", "false -"]
    return columns(header, [_row_cells(label, row) for label, row in shown.items()])


def _row_cells(label: str, row: ThresholdRow) -> tuple[str, ...]:
    shares = ("-" if share is None else f"{share:.3f}" for share in (row.precision, row.recall))
    name = {"best": "lowest cost", "used": "in use"}.get(label, "yours")
    errors = (f"{row.false_positive:,}", f"{row.false_negative:,}")
    return (name, f"{row.threshold:.2f}", f"{row.cost:.4g}", *shares, *errors)


def row_facts(row: ThresholdRow) -> dict[str, Any]:
    """Return a threshold as JSON-ready data."""
    return {**row.model_dump(), "precision": row.precision, "recall": row.recall}
