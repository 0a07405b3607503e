"""Whether a model has found anything: compared with the constant one on the same rows."""

import math
from typing import Literal, NamedTuple

import numpy as np

from pipeweave_dagster.core.documents import MetricName
from pipeweave_dagster.core.metrics.metrics import (
    Array,
    auc,
    effective_rows,
    mean_of,
    part_of,
    row_loss,
)

Verdict = Literal["model", "no signal"]
_RANKED = ("rmse", "mae", "r2", "log_loss")
CRITICAL_Z = 2.6
"""One-sided level 0.5 %: the winner is the best of several, so 5 % would fool us too often."""
_CHOSEN_Z = 2.5
"""How far a search over shuffled targets lies above the constant model on the rows that chose it:
0, 1.6, 3.0, 3.3 and 4.1 in five shuffles of one table of 1,000 rows, with 25 candidates."""
CRITICAL_RANK_Z = 4.0
"""Stricter, as it is a second way to pass; a real relation is far beyond it."""


class OnTest(NamedTuple):
    """Truth of the test rows, what the model and the constant one say of them, and weights."""

    y: Array
    output: Array
    constant: Array
    weight: Array | None = None


def verdict(
    metric: MetricName, y: Array, winner: Array, constant: Array, weight: Array | None = None
) -> tuple[Verdict, float]:
    """Judge out-of-fold outputs of the winner against those of the constant model.

    For the area under the curve the constant is 0.5 and the error is Hanley and McNeil's (1982);
    for other metrics the rows' losses are compared in pairs. One far outlier among the values can
    hide any gain in squared errors, and so can few rows of a rare class in the log loss; so a model
    that has a gain at all also passes when its outputs have the order of the values (Spearman's
    rank correlation, whose error without a relation is 1 / sqrt(n - 1)) or tell a class from the
    others.

    Returns:
        The verdict, and the distance from "no better" in standard errors.
    """
    seen = ~np.isnan(winner.reshape(len(y), -1)).any(axis=1)
    seen &= ~np.isnan(constant.reshape(len(y), -1)).any(axis=1)
    y, winner, constant = y[seen], winner[seen], constant[seen]
    weight = part_of(weight, np.flatnonzero(seen))
    if metric == "roc_auc":
        z = _auc_z(y, winner, weight)
    else:
        gain = row_loss(metric, y, constant) - row_loss(metric, y, winner)
        error = _error(gain, weight)
        z = mean_of(gain, weight) / error if error > 0 else 0.0
        if metric in _RANKED and z > 0:
            ranked = _rank_z(y, winner) if winner.ndim == 1 else _auc_z(y, winner, weight)
            z = max(z, ranked) if ranked > CRITICAL_RANK_Z else z
    return ("model" if z > CRITICAL_Z else "no signal"), z


def _error(gain: Array, weight: Array | None) -> float:
    """Standard error of the mean gain."""
    if len(gain) < 2:
        return 0.0
    if weight is None:
        return float(np.std(gain, ddof=1)) / math.sqrt(len(gain))
    off = weight * (gain - mean_of(gain, weight))
    return float(np.sqrt(np.sum(off**2)) / np.sum(weight))


def confirmed(metric: MetricName, z: float, seen: int, tested: OnTest) -> tuple[Verdict, float]:
    """Judge a model by its test rows too.

    The rows that the folds held out have chosen candidates, rounds and weights, so that even on
    pure chance the winner lies some standard errors above. That is taken off, and both distances
    are joined, weighted by the roots of their rows (Stouffer et al. 1949). Where there was time
    for few held-out rows only, the test rows may also find what these were too few to show.

    Args:
        metric: What is compared.
        z: Distance on the rows that the folds held out, from `verdict`.
        seen: How many these are.
        tested: The test rows.
    """
    count = len(tested.y)
    rows, own = max(seen + count, 1), verdict(metric, *tested)[1]
    joint = math.sqrt(seen / rows) * (z - _CHOSEN_Z) + math.sqrt(count / rows) * own
    return ("model" if joint > CRITICAL_Z else "no signal"), joint


def _rank_z(y: Array, output: Array) -> float:
    from scipy.stats import spearmanr

    if len(y) < 3 or np.ptp(y) == 0 or np.ptp(output) == 0:
        return 0.0
    return float(spearmanr(y, output).statistic) * math.sqrt(len(y) - 1)


def _auc_z(y: Array, proba: Array, weight: Array | None) -> float:
    """The largest distance over classes, one against the rest."""
    best = 0.0
    for k in range(1 if proba.shape[1] == 2 else 0, proba.shape[1]):
        positive = y == k
        area = auc(positive, proba[:, k], weight)
        if area is not None:
            sides = (positive, ~positive)
            m, n = (effective_rows(part_of(weight, side), int(side.sum())) for side in sides)
            best = max(best, (area - 0.5) / math.sqrt((m + n + 1) / (12 * m * n)))
    return best
