"""Widen intervals where the bootstrap makes them too narrow: few errors, or few rows of a class.

Where no row is misclassified, no resample contains an error either, and every score would look
certain.
"""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from pipeweave_dagster.core.documents import Estimate
from pipeweave_dagster.core.metrics.metrics import Array, Codes, effective_rows, weights_of
from pipeweave_dagster.core.metrics.wilson import Z95, wilson_interval

_FEW, _FEW_OF_CLASS = 10, 30
_NEARLY_ONE = 0.99
_BISECTIONS = 60

Bounds = tuple[float, float]
Mask = NDArray[np.bool_]
WeightedHits = tuple[Mask, Array | None]


def widen(
    estimates: dict[str, Estimate], y: Codes, output: Array, weight: Array | None
) -> dict[str, Estimate]:
    """Return a classifier's estimates with intervals that hold for few errors.

    Proportions with fewer than ten hits or misses (accuracy, precision, recall and balanced
    accuracy) get Wilson's interval (1927); the area under the ROC curve with fewer than 30 rows of
    a class, or above 0.99, gets Newcombe's (2006). Each is used only where it is wider than the
    bootstrap interval.

    Args:
        estimates: Metric to estimate.
        y: Class codes.
        output: Probabilities of shape (rows, classes).
        weight: Row weights, or None.
    """
    predicted = output.argmax(axis=1)
    bounds: dict[str, Bounds | None] = {"accuracy": _proportion_bounds(predicted == y, weight)}
    if output.shape[1] == 2:
        recalls = [_hits_among(predicted == k, y == k, weight) for k in (1, 0)]
        bounds |= {
            "recall": _proportion_bounds(*recalls[0]),
            "precision": _proportion_bounds(*_hits_among(y == 1, predicted == 1, weight)),
            "balanced_accuracy": _mean_bounds(recalls),
            "roc_auc": _auc_bounds(estimates.get("roc_auc"), y == 1, weight),
        }
    return {name: _wider(estimate, bounds.get(name)) for name, estimate in estimates.items()}


def _hits_among(hits: Mask, rows: Mask, weight: Array | None) -> WeightedHits:
    return hits[rows], weights_of(weight, rows)


def _wider(estimate: Estimate, bounds: Bounds | None) -> Estimate:
    if bounds is None or estimate.low is None or estimate.high is None:
        return estimate
    low, high = min(estimate.low, bounds[0]), max(estimate.high, bounds[1])
    return estimate.model_copy(update={"low": low, "high": high})


def _is_few(hits: Mask) -> bool:
    return bool(len(hits) and min(hits.sum(), (~hits).sum()) < _FEW)


def _proportion(hits: Mask, weight: Array | None) -> tuple[float, float, float]:
    """Return a proportion and its Wilson interval."""
    share = float(np.average(hits, weights=weight))
    return share, *wilson_interval(share, effective_rows(weight, len(hits)))


def _proportion_bounds(hits: Mask, weight: Array | None) -> Bounds | None:
    """Return Wilson's interval; None without rows, or with enough hits and misses."""
    return _proportion(hits, weight)[1:] if _is_few(hits) else None


def _mean_bounds(proportions: list[WeightedHits]) -> Bounds | None:
    """Return the interval of the mean of two proportions (Zou and Donner 2008)."""
    few = any(_is_few(hits) for hits, _ in proportions)
    if not few or not all(len(hits) for hits, _ in proportions):
        return None
    (p, p_low, p_high), (q, q_low, q_high) = (_proportion(*hits) for hits in proportions)
    below, above = math.hypot(p - p_low, q - q_low) / 2, math.hypot(p_high - p, q_high - q) / 2
    return (p + q) / 2 - below, (p + q) / 2 + above


def _auc_bounds(estimate: Estimate | None, positive: Mask, weight: Array | None) -> Bounds | None:
    if estimate is None or estimate.value is None:
        return None
    sides = [(int(rows.sum()), weights_of(weight, rows)) for rows in (positive, ~positive)]
    if min(count for count, _ in sides) >= _FEW_OF_CLASS and estimate.value <= _NEARLY_ONE:
        return None
    m, n = (effective_rows(own, count) for count, own in sides)
    area, half = estimate.value, (m + n) / 2 - 1

    def rejected(theta: float) -> bool:
        """Whether this area differs significantly from the observed one (Hanley, McNeil 1982)."""
        variance = theta * (1 - theta) / (m * n)
        variance *= 1 + half * (1 - theta) / (2 - theta) + half * theta / (1 + theta)
        return (theta - area) ** 2 > Z95**2 * variance

    return _limit(rejected, area, 0.0), _limit(rejected, area, 1.0)


def _limit(rejected: Callable[[float], bool], inside: float, outside: float) -> float:
    """Return the limit of an interval between a point inside and one outside, by bisection."""
    for _ in range(_BISECTIONS):
        middle = (inside + outside) / 2
        inside, outside = (inside, middle) if rejected(middle) else (middle, outside)
    return inside
