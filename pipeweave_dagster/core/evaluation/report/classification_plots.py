"""Plots of a classifier on its test rows."""

import numpy as np

from pipeweave_dagster.core.charts.axes import Axes
from pipeweave_dagster.core.charts.heat_map import heat_map
from pipeweave_dagster.core.documents import Plot
from pipeweave_dagster.core.metrics.all_metrics import score_bins
from pipeweave_dagster.core.metrics.metrics import Array, Codes
from pipeweave_dagster.core.metrics.scored_test import ScoredTest

_MAX_CLASSES = 12
_COUNTED_CLASSES = 8


def classification_plots(scored: ScoredTest) -> list[Plot]:
    """Draw the plots of a classifier; the curves only for two classes."""
    if len(scored.classes) != 2:
        return [_confusion(scored)]
    positive, scores, label = scored.y == 1, scored.output[:, 1], scored.classes[1]
    return [
        _roc(positive, scores, label),
        _precision_recall(positive, scores, label),
        _calibration(positive, scores, label),
        _confusion(scored),
        _gains(positive, scores, label),
    ]


def _cumulative(positive: Array | Codes, scores: Array) -> tuple[Array, Array]:
    """Count true and false positives for each threshold, from the highest score down."""
    order = np.argsort(-scores, kind="stable")
    last = np.r_[np.diff(scores[order]) != 0, True]
    hits = np.cumsum(positive[order])[last].astype(float)
    return hits, np.flatnonzero(last) + 1.0 - hits


def _roc(positive: Array | Codes, scores: Array, label: str) -> Plot:
    hits, false = _cumulative(positive, scores)
    chart = Axes(f"ROC curve, class {label}", "false positive rate", "true positive rate")
    chart.diagonal()
    x, y = np.r_[0, false / max(false[-1], 1)], np.r_[0, hits / max(hits[-1], 1)]
    chart.curve(zip(x, y, strict=True))
    return Plot(
        name="roc",
        caption="The closer the curve is to the upper left corner, the better the model ranks "
        "rows. The grey diagonal is random guessing.",
        svg=chart.markup(),
    )


def _precision_recall(positive: Array | Codes, scores: Array, label: str) -> Plot:
    hits, false = _cumulative(positive, scores)
    share = float(np.mean(positive))
    chart = Axes(f"Precision and recall, class {label}", "recall", "precision")
    chart.reference([(0, share), (1, share)])
    chart.curve(zip(hits / max(hits[-1], 1), hits / (hits + false), strict=True))
    return Plot(
        name="precision_recall",
        caption=f"The grey line is random guessing: {share:.1%} of the test rows are of this "
        "class.",
        svg=chart.markup(),
    )


def _gains(positive: Array | Codes, scores: Array, label: str) -> Plot:
    """Draw cumulative gains; their slope is the lift."""
    hits, false = _cumulative(positive, scores)
    selected = np.r_[0, (hits + false) / len(positive)]
    found = np.r_[0, hits / max(hits[-1], 1)]
    chart = Axes(
        f"Cumulative gains, class {label}", "rows, highest scores first", "share of the class found"
    )
    chart.diagonal()
    chart.curve(zip(selected, found, strict=True))
    lift = float(np.interp(0.1, selected, found)) / 0.1
    return Plot(
        name="gains",
        caption=f"The 10 % of the rows with the highest scores hold {lift:.1f} times as many rows "
        "of this class as a random 10 % (lift).",
        svg=chart.markup(),
    )


def _calibration(positive: Array | Codes, scores: Array, label: str) -> Plot:
    bins = score_bins(scores)
    chart = Axes(f"Calibration, class {label}", "predicted probability", "observed share")
    chart.diagonal()
    points, error = [], 0.0
    for k in np.unique(bins):
        rows = bins == k
        x, y = float(scores[rows].mean()), float(np.mean(positive[rows]))
        error += abs(x - y) * float(rows.mean())
        points.append((x, y))
    chart.curve(points)
    chart.dots(points)
    return Plot(
        name="calibration",
        caption="Calibrated probabilities lie on the grey diagonal. The dots are "
        f"{error:.3f} from it on average, partly by chance: they are shares of few rows.",
        svg=chart.markup(),
    )


def _confusion(scored: ScoredTest) -> Plot:
    predicted = scored.output.argmax(axis=1)
    counts = np.bincount(np.asarray(scored.y, dtype=np.intp), minlength=len(scored.classes))
    shown = np.sort(np.argsort(-counts, kind="stable")[:_MAX_CLASSES])
    cells = [[int(np.sum((scored.y == i) & (predicted == j))) for j in shown] for i in shown]
    labels = [scored.classes[k] for k in shown]
    svg = heat_map(
        [label[:12] for label in labels],
        [label[:12] for label in labels],
        [
            [0.08 + 0.6 * cell / max(counts[i], 1) for cell in row]
            for i, row in zip(shown, cells, strict=True)
        ],
        "Confusion matrix",
        texts=cells if len(shown) <= _COUNTED_CLASSES else None,
        heading="Confusion matrix",
    )
    hidden = len(scored.classes) - len(shown)
    caption = (
        "True classes in rows, predicted ones in columns; darker is a larger share of the row."
    )
    return Plot(
        name="confusion",
        caption=caption + (f" The {hidden} rarest classes are not shown." if hidden else ""),
        svg=svg,
    )
