"""Metrics: one definition of each, with its loss per row."""

import numpy as np
from numpy.typing import NDArray

from pipeweave_dagster.core.documents import MetricName

Array = NDArray[np.float64]
Codes = NDArray[np.intp]

_EPS = 1e-15


def weights_of(weight: Array | None, rows: Codes | NDArray[np.bool_] | slice) -> Array | None:
    """Return the weights of some rows; None if rows are unweighted."""
    return None if weight is None else weight[rows]


def weighted_mean(values: Array, weight: Array | None) -> float:
    """Return the mean of a value per row, weighted if there are weights."""
    return float(np.mean(values) if weight is None else np.average(values, weights=weight))


def effective_rows(weight: Array | None, rows: int) -> float:
    """Return the effective sample size of weighted rows (Kish 1965)."""
    return float(rows) if weight is None else float(weight.sum() ** 2 / np.sum(weight**2))


def auc(positive: NDArray[np.bool_], scores: Array, weight: Array | None = None) -> float | None:
    """Compute the area under the ROC curve (Mann-Whitney statistic); None if a class is absent."""
    count = int(positive.sum())
    if count in (0, len(positive)):
        return None
    if weight is not None:
        _, rank = np.unique(scores, return_inverse=True)
        positives = np.bincount(rank, weights=weight * positive)
        negatives = np.bincount(rank, weights=weight * ~positive)
        below = np.cumsum(negatives) - negatives / 2
        return float(positives @ below / (positives.sum() * negatives.sum()))
    from scipy.stats import rankdata  # slow to import, and reports of small tables need none

    ranks = rankdata(scores)
    rank_sum = float(ranks[positive].sum())
    return float(rank_sum - count * (count + 1) / 2) / (count * (len(positive) - count))


def _macro_auc(y: Codes, proba: Array, weight: Array | None) -> float | None:
    if proba.shape[1] == 2:
        return auc(y == 1, proba[:, 1], weight)
    values = [auc(y == k, proba[:, k], weight) for k in range(proba.shape[1])]
    known = [v for v in values if v is not None]
    return float(np.mean(known)) if known else None


def f1_macro(y: Codes, predicted: Codes, classes: int, weight: Array | None = None) -> float:
    """Compute the unweighted mean of F1 over classes that occur in the truth or the predictions."""
    true, chosen, hits = (
        np.bincount(codes, weights=weights_of(weight, rows), minlength=classes)
        for codes, rows in (
            (y, slice(None)),
            (predicted, slice(None)),
            (y[y == predicted], y == predicted),
        )
    )
    total = (true + chosen).astype(np.float64)
    return float(np.mean((2 * hits)[total > 0] / total[total > 0]))


def row_log_loss(y: Codes, proba: Array) -> Array:
    """Return minus the log of the true class's probability per row (clipped at 1e-15)."""
    of_truth = proba[np.arange(len(y)), y] / proba.sum(axis=1)
    return np.asarray(-np.log(np.clip(of_truth, _EPS, 1.0)), dtype=np.float64)


def score(
    metric: MetricName, y: Array | Codes, output: Array, weight: Array | None = None
) -> float | None:
    """Compute a metric; None where it is not defined (no rows, one class only).

    Args:
        metric: Name of the metric.
        y: Class codes, or values for regression.
        output: Probabilities (rows, classes), or values (rows,).
        weight: Row weights, above 0; None if rows are unweighted.

    Example:
        >>> score("mae", np.array([1.0, 2.0]), np.array([1.0, 4.0]))
        1.0
    """
    if len(y) == 0:
        return None
    if metric in ("rmse", "mae", "r2"):
        return _regression(metric, np.asarray(y, dtype=float), output, weight)
    codes = np.asarray(y, dtype=np.intp)
    if metric == "roc_auc":
        return _macro_auc(codes, output, weight)
    if metric == "log_loss":
        return weighted_mean(row_log_loss(codes, output), weight)
    predicted = output.argmax(axis=1)
    if metric == "accuracy":
        return weighted_mean(np.asarray(predicted == codes, dtype=np.float64), weight)
    return f1_macro(codes, predicted, output.shape[1], weight)


def _regression(metric: MetricName, y: Array, output: Array, weight: Array | None) -> float | None:
    if metric == "mae":
        return weighted_mean(np.abs(y - output), weight)
    mse = weighted_mean((y - output) ** 2, weight)
    if metric == "rmse":
        return float(mse**0.5)
    spread = weighted_mean((y - weighted_mean(y, weight)) ** 2, weight)
    return 1 - mse / spread if spread > 0 else None


def row_loss(metric: MetricName, y: Array | Codes, output: Array) -> Array:
    """Return the loss per row that matches the metric, for paired comparisons of models."""
    if metric == "mae":
        return np.asarray(np.abs(y - output), dtype=float)
    if metric in ("rmse", "r2"):
        return np.asarray((y - output) ** 2, dtype=float)
    codes = np.asarray(y, dtype=np.intp)
    if metric in ("log_loss", "roc_auc"):
        return row_log_loss(codes, output)
    return np.asarray(output.argmax(axis=1) != codes, dtype=np.float64)
