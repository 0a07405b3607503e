"""Scores: one definition of each metric, with its direction and its loss row by row."""

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from pipeweave_dagster.core.documents import MetricName

Array = NDArray[np.float64]
Codes = NDArray[np.intp]

GREATER_IS_BETTER: dict[MetricName, bool] = {
    "roc_auc": True,
    "log_loss": False,
    "accuracy": True,
    "f1_macro": True,
    "rmse": False,
    "mae": False,
    "r2": True,
}
_EPS = 1e-15


def auc(positive: NDArray[np.bool_], scores: Array) -> float | None:
    """Area under the ROC curve as the Mann-Whitney statistic; None where one class lacks."""
    count = int(positive.sum())
    if count in (0, len(positive)):
        return None
    ranks = rankdata(scores)
    rank_sum = float(ranks[positive].sum())
    return float(rank_sum - count * (count + 1) / 2) / (count * (len(positive) - count))


def _macro_auc(y: Codes, proba: Array) -> float | None:
    if proba.shape[1] == 2:
        return auc(y == 1, proba[:, 1])
    values = [auc(y == k, proba[:, k]) for k in range(proba.shape[1])]
    known = [v for v in values if v is not None]
    return float(np.mean(known)) if known else None


def f1_macro(y: Codes, predicted: Codes, classes: int) -> float:
    """Unweighted mean of F1 over the classes that occur in truth or prediction."""
    values = []
    for k in range(classes):
        hits = float(np.sum((y == k) & (predicted == k)))
        total = float(np.sum(y == k) + np.sum(predicted == k))
        if total:
            values.append(2 * hits / total)
    return float(np.mean(values))


def row_log_loss(y: Codes, proba: Array) -> Array:
    """Minus log of the true class's probability, row by row (clipped at 1e-15)."""
    chosen = proba[np.arange(len(y)), y] / proba.sum(axis=1)
    return np.asarray(-np.log(np.clip(chosen, _EPS, 1.0)), dtype=np.float64)


def score(metric: MetricName, y: Array | Codes, output: Array) -> float | None:
    """The metric on some rows; None where it is not defined (no rows, one class only).

    Args:
        metric: Its name.
        y: Class codes, or values for regression.
        output: Probabilities (rows, classes), or values (rows,).
    """
    if len(y) == 0:
        return None
    if metric in ("rmse", "mae", "r2"):
        return _regression(metric, np.asarray(y, dtype=float), output)
    codes = np.asarray(y, dtype=np.intp)
    if metric == "roc_auc":
        return _macro_auc(codes, output)
    if metric == "log_loss":
        return float(row_log_loss(codes, output).mean())
    predicted = output.argmax(axis=1)
    if metric == "accuracy":
        return float(np.mean(predicted == codes))
    return f1_macro(codes, predicted, output.shape[1])


def _regression(metric: MetricName, y: Array, output: Array) -> float | None:
    if metric == "mae":
        return float(np.mean(np.abs(y - output)))
    mse = float(np.mean((y - output) ** 2))
    if metric == "rmse":
        return float(mse**0.5)
    spread = float(np.var(y))
    return 1 - mse / spread if spread > 0 else None


def row_loss(metric: MetricName, y: Array | Codes, output: Array) -> Array:
    """A loss of each row that goes with the metric, for paired comparisons of two models."""
    if metric == "mae":
        return np.asarray(np.abs(y - output), dtype=float)
    if metric in ("rmse", "r2"):
        return np.asarray((y - output) ** 2, dtype=float)
    codes = np.asarray(y, dtype=np.intp)
    if metric in ("log_loss", "roc_auc"):
        return row_log_loss(codes, output)
    return np.asarray(output.argmax(axis=1) != codes, dtype=np.float64)
