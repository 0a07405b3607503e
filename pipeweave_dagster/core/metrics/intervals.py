"""Intervals that resampling makes too narrow: of shares and areas close to 1, or of few rows.

Where no row is told wrongly, no resample has an error either, and every score would be certain.
"""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from pipeweave_dagster.core.documents import Estimate
from pipeweave_dagster.core.metrics.metrics import Array, Codes, effective_rows, part_of

_Z = 1.959964
_FEW, _FEW_OF_CLASS = 10, 30
_NEARLY_ONE = 0.99
_STEPS = 60

Bounds = tuple[float, float]
Sides = NDArray[np.bool_]


def widened(
    found: dict[str, Estimate], y: Codes, output: Array, weight: Array | None
) -> dict[str, Estimate]:
    """The estimates of a classifier, shares and areas with intervals that hold for few errors.

    Of shares with fewer than ten hits or misses (accuracy, precision, recall and the mean of both
    recalls) it is Wilson's (1927), of the area under the curve with fewer than 30 rows of a class
    or above 0.99 Newcombe's (2006), each only where it is wider than what resampling gave.

    Args:
        found: Metric to estimate.
        y: Class codes.
        output: Probabilities of shape (rows, classes).
        weight: How much each row counts, or None.
    """
    said = output.argmax(axis=1)
    bounds: dict[str, Bounds | None] = {"accuracy": _share(said == y, weight)}
    if output.shape[1] == 2:
        recalls = [_of_some(said == k, y == k, weight) for k in (1, 0)]
        bounds |= {
            "recall": _share(*recalls[0]),
            "precision": _share(*_of_some(y == 1, said == 1, weight)),
            "balanced_accuracy": _mean(recalls),
            "roc_auc": _area(found.get("roc_auc"), y == 1, weight),
        }
    return {name: _wider(estimate, bounds.get(name)) for name, estimate in found.items()}


def _of_some(hits: Sides, rows: Sides, weight: Array | None) -> tuple[Sides, Array | None]:
    return hits[rows], part_of(weight, rows)


def _wider(found: Estimate, bounds: Bounds | None) -> Estimate:
    if bounds is None or found.low is None or found.high is None:
        return found
    low, high = min(found.low, bounds[0]), max(found.high, bounds[1])
    return found.model_copy(update={"low": low, "high": high})


def _is_few(hits: Sides) -> bool:
    return bool(len(hits) and min(hits.sum(), (~hits).sum()) < _FEW)


def _wilson(hits: Sides, weight: Array | None) -> tuple[float, float, float]:
    """A share and its bounds."""
    p, n = float(np.average(hits, weights=weight)), effective_rows(weight, len(hits))
    centre, half = p + _Z**2 / (2 * n), _Z * math.sqrt(p * (1 - p) / n + _Z**2 / (4 * n**2))
    below = 1 + _Z**2 / n
    return p, max(0.0, (centre - half) / below), min(1.0, (centre + half) / below)


def _share(hits: Sides, weight: Array | None) -> Bounds | None:
    """None without rows, or with enough of both kinds."""
    return _wilson(hits, weight)[1:] if _is_few(hits) else None


def _mean(shares: list[tuple[Sides, Array | None]]) -> Bounds | None:
    """Of the mean of two shares, by the distances to their bounds (Zou and Donner 2008)."""
    if not any(_is_few(hits) for hits, _ in shares) or not all(len(hits) for hits, _ in shares):
        return None
    (p, low, high), (q, least, most) = (_wilson(*share) for share in shares)
    below, above = math.hypot(p - low, q - least) / 2, math.hypot(high - p, most - q) / 2
    return (p + q) / 2 - below, (p + q) / 2 + above


def _area(found: Estimate | None, positive: Sides, weight: Array | None) -> Bounds | None:
    if found is None or found.value is None:
        return None
    sides = [(int(rows.sum()), part_of(weight, rows)) for rows in (positive, ~positive)]
    if min(count for count, _ in sides) >= _FEW_OF_CLASS and found.value <= _NEARLY_ONE:
        return None
    m, n = (effective_rows(own, count) for count, own in sides)
    area, half = found.value, (m + n) / 2 - 1

    def outside(theta: float) -> bool:
        """Whether this area would be told apart from what was found (Hanley and McNeil 1982)."""
        spread = theta * (1 - theta) / (m * n)
        spread *= 1 + half * (1 - theta) / (2 - theta) + half * theta / (1 + theta)
        return (theta - area) ** 2 > _Z**2 * spread

    return _edge(outside, area, 0.0), _edge(outside, area, 1.0)


def _edge(outside: Callable[[float], bool], inside: float, end: float) -> float:
    """Where an interval ends between a point inside and an end, by bisection."""
    for _ in range(_STEPS):
        middle = (inside + end) / 2
        inside, end = (inside, middle) if outside(middle) else (middle, end)
    return inside
