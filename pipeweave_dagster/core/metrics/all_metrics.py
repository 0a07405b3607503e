"""All metrics of a task."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from pipeweave_dagster.core.metrics.metrics import (
    Array,
    Codes,
    auc,
    row_log_loss,
    score,
    weighted_mean,
)
from pipeweave_dagster.core.metrics.per_class import class_counts

Scores = dict[str, float | None]

BINS = 10  # of the calibration error


def _ratio(numerator: float, denominator: float) -> float | None:
    return numerator / denominator if denominator else None


def average_precision(
    positive: NDArray[np.bool_], scores: Array, weight: Array | None = None
) -> float | None:
    """Compute the area under the precision-recall step curve; equal scores form one step."""
    if not positive.any():
        return None
    weights = np.ones(len(scores)) if weight is None else weight
    order = np.argsort(-scores, kind="stable")
    hits = np.cumsum((weights * positive)[order])
    last = np.r_[np.diff(scores[order]) != 0, True]
    hits, selected = hits[last], np.cumsum(weights[order])[last]
    steps = np.diff(np.r_[0, hits]) / hits[-1]
    return float(np.sum(steps * hits / selected))


def calibration_error(
    positive: NDArray[np.bool_], scores: Array, weight: Array | None = None
) -> float:
    """Compute the expected calibration error over ten bins of equal size.

    Few rows make it larger (see `calibration_estimate`); compare only values of the same rows.
    """
    weights = np.ones(len(scores)) if weight is None else weight
    gap = np.bincount(score_bins(scores), weights=weights * (scores - positive))
    return float(np.abs(gap).sum() / weights.sum())


def event_scores(y: Codes, proba: Array) -> tuple[NDArray[np.bool_], Array]:
    """Return the event whose probability is to be calibrated, and that probability.

    It is the second of two classes, or that the most probable of several is right.
    """
    if proba.shape[1] == 2:
        return y == 1, proba[:, 1]
    return proba.argmax(axis=1) == y, proba.max(axis=1)


def score_bins(scores: Array) -> Codes:
    """Return the bin of each score: ten of equal size, fewer where many scores are equal."""
    starts = np.unique(np.quantile(scores, np.linspace(0, 1, BINS + 1)[:-1]))
    return np.asarray(np.searchsorted(starts, scores, side="right") - 1, dtype=np.intp)


def _weighted_f1(tp: float, fp: float, fn: float, tn: float) -> float:
    """Return the mean F1 of both classes, weighted by their rows."""
    wrong = fp + fn
    positive = _ratio(2 * tp, 2 * tp + wrong) or 0.0
    negative = _ratio(2 * tn, 2 * tn + wrong) or 0.0
    return ((tp + fn) * positive + (tn + fp) * negative) / (tp + tn + wrong)


def _count(rows: NDArray[np.bool_], weight: Array | None) -> float:
    return float(np.sum(rows) if weight is None else np.sum(weight[rows]))


def binary_scores(y: Codes, proba: Array, weight: Array | None = None) -> Scores:
    """Compute ranking, probability and decision (at 0.5) metrics of the second class."""
    positive, predicted = y == 1, proba.argmax(axis=1) == 1
    tp, fp = _count(positive & predicted, weight), _count(~positive & predicted, weight)
    fn, tn = _count(positive & ~predicted, weight), _count(~positive & ~predicted, weight)
    recall, specificity = _ratio(tp, tp + fn), _ratio(tn, tn + fp)
    both = recall is not None and specificity is not None
    return {
        "roc_auc": auc(positive, proba[:, 1], weight),
        "average_precision": average_precision(positive, proba[:, 1], weight),
        "log_loss": weighted_mean(row_log_loss(y, proba), weight),
        "brier": weighted_mean((proba[:, 1] - positive) ** 2, weight),
        "accuracy": (tp + tn) / (tp + fp + fn + tn),
        "balanced_accuracy": (recall + specificity) / 2 if both else None,  # type: ignore[operator]
        "f1": _ratio(2 * tp, 2 * tp + fp + fn),
        "f1_macro": score("f1_macro", y, proba, weight),
        "f1_weighted": _weighted_f1(tp, fp, fn, tn),
        "precision": _ratio(tp, tp + fp),
        "recall": recall,
    }


def multiclass_scores(
    y: Codes, proba: Array, weight: Array | None = None, *, ranking: bool = True
) -> Scores:
    """Compute probability, ranking (one against the rest, unweighted mean) and decision metrics.

    Means over classes are unweighted (macro) or weighted by the rows of each class; all micro means
    equal the accuracy, as does the weighted recall. Without `ranking` the area under the ROC curve,
    which takes longest, is left out.
    """
    predicted = proba.argmax(axis=1)
    correct = predicted == y
    counts = class_counts(y, predicted, proba.shape[1], weight)
    occurs = counts.true > 0
    known = occurs | (counts.predicted > 0)
    share = counts.true / counts.true.sum()
    accuracy = _count(correct, weight) / float(counts.true.sum())
    return {
        "log_loss": weighted_mean(row_log_loss(y, proba), weight),
        "roc_auc": score("roc_auc", y, proba, weight) if ranking else None,
        "accuracy": accuracy,
        "balanced_accuracy": float(counts.recall[occurs].mean()),
        "f1_macro": float(counts.f1[known].mean()),
        "f1_micro": accuracy,
        "f1_weighted": float(share @ counts.f1),
        "precision_macro": float(counts.precision[known].mean()),
        "precision_weighted": float(share @ counts.precision),
        "recall_macro": float(counts.recall[known].mean()),
        "recall_weighted": float(share @ counts.recall),
    }


def regression_scores(y: Array, output: Array, weight: Array | None = None) -> Scores:
    """Compute errors in the unit of the target, and the share of variance explained."""
    return {
        "rmse": score("rmse", y, output, weight),
        "mae": score("mae", y, output, weight),
        "median_absolute_error": _median(np.abs(y - output), weight),
        "r2": score("r2", y, output, weight),
    }


def _median(values: Array, weight: Array | None) -> float:
    """Return the median; with weights, the value with half of the weight on either side."""
    if weight is None:
        return float(np.median(values))
    order = np.argsort(values, kind="stable")
    below = np.cumsum(weight[order])
    both = [np.searchsorted(below, below[-1] / 2, side=side) for side in ("left", "right")]
    return float(values[order][np.minimum(both, len(values) - 1)].mean())


def scorer_for(classes: int) -> Callable[[Array | Codes, Array, Array | None], Scores]:
    """Return the function that computes the metrics for a number of classes (0: regression).

    The calibration error is not among them: see `calibration_estimate`.
    """
    if classes == 0:
        return regression_scores  # type: ignore[return-value]
    return binary_scores if classes == 2 else multiclass_scores  # type: ignore[return-value]
