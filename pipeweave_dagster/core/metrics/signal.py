"""Test whether a model has any signal, against the baseline (constant) on the same rows."""

import math
from typing import Literal, NamedTuple

import numpy as np

from pipeweave_dagster.core.documents import MetricName
from pipeweave_dagster.core.metrics.metrics import (
    Array,
    auc,
    effective_rows,
    row_loss,
    weighted_mean,
    weights_of,
)

Verdict = Literal["model", "no signal"]
_ALSO_RANKED = ("rmse", "mae", "r2", "log_loss")
CRITICAL_Z = 2.6
"""One-sided level 0.5 %: the winner is the best of several candidates, so 5 % is too lenient."""
_SELECTION_Z = 2.5
"""How far a search on shuffled targets lies above the baseline on the rows that selected it:
0, 1.6, 3.0, 3.3 and 4.1 in five shuffles of one table of 1,000 rows, with 25 candidates."""
CRITICAL_RANK_Z = 4.0
"""Stricter, since it is a second way to pass; a real relation is far beyond it."""


class OnTest(NamedTuple):
    """Truth of the test rows, outputs of the model and of the baseline, and row weights."""

    y: Array
    output: Array
    constant: Array
    weight: Array | None = None


def verdict(
    metric: MetricName, y: Array, winner: Array, constant: Array, weight: Array | None = None
) -> tuple[Verdict, float]:
    """Compare out-of-fold outputs of the winner with those of the baseline.

    For the area under the ROC curve the baseline is 0.5 and the standard error is Mann and
    Whitney's (1947); other metrics use the paired difference of the rows' losses. One outlier can
    hide any gain in squared error, and a few rows of a rare class any gain in log loss. A model
    with a positive gain therefore also passes when its outputs rank the values (Spearman's rank
    correlation, standard error 1 / sqrt(n - 1) without a relation) or separate a class.

    Returns:
        The verdict, and the distance from "no better" in standard errors.
    """
    seen = ~np.isnan(winner.reshape(len(y), -1)).any(axis=1)
    seen &= ~np.isnan(constant.reshape(len(y), -1)).any(axis=1)
    y, winner, constant = y[seen], winner[seen], constant[seen]
    weight = weights_of(weight, np.flatnonzero(seen))
    if metric == "roc_auc":
        z = _auc_z(y, winner, weight)
    else:
        gain = row_loss(metric, y, constant) - row_loss(metric, y, winner)
        error = _standard_error(gain, weight)
        z = weighted_mean(gain, weight) / error if error > 0 else 0.0
        if metric in _ALSO_RANKED and z > 0:
            rank_z = _rank_z(y, winner) if winner.ndim == 1 else _auc_z(y, winner, weight)
            z = max(z, rank_z) if rank_z > CRITICAL_RANK_Z else z
    return ("model" if z > CRITICAL_Z else "no signal"), z


def _standard_error(gain: Array, weight: Array | None) -> float:
    """Return the standard error of the mean gain."""
    if len(gain) < 2:
        return 0.0
    if weight is None:
        return float(np.std(gain, ddof=1)) / math.sqrt(len(gain))
    deviation = weight * (gain - weighted_mean(gain, weight))
    return float(np.sqrt(np.sum(deviation**2)) / np.sum(weight))


def signal_text(z: float) -> str:
    """Return what a distance from the baseline, in standard errors, says of a model.

    Example:
        >>> signal_text(15.8)
        'better than the baseline, far beyond chance (z = 15.8)'
        >>> signal_text(1.2)
        'not better than the baseline beyond chance (z = 1.2, at most 2.6)'
    """
    if z > CRITICAL_Z:
        far = "far " if z > 2 * CRITICAL_Z else ""
        return f"better than the baseline, {far}beyond chance (z = {z:.1f})"
    return f"not better than the baseline beyond chance (z = {z:.1f}, at most {CRITICAL_Z})"


def confirm_on_test(
    metric: MetricName, z: float, seen: int, tested: OnTest
) -> tuple[Verdict, float]:
    """Combine the cross-validated distance with that on the test rows.

    The out-of-fold rows selected candidates, rounds and weights, so that the winner lies some
    standard errors above the baseline even on pure chance. This optimism is subtracted, and both
    distances are combined, weighted by the roots of their row counts (Stouffer et al. 1949). Where
    time allowed only few out-of-fold rows, the test rows can also reveal a signal of their own.

    Args:
        metric: Metric that the models are compared by.
        z: Distance on the out-of-fold rows, from `verdict`.
        seen: Number of out-of-fold rows.
        tested: The test rows.
    """
    count = len(tested.y)
    rows, test_z = max(seen + count, 1), verdict(metric, *tested)[1]
    joint = math.sqrt(seen / rows) * (z - _SELECTION_Z) + math.sqrt(count / rows) * test_z
    return ("model" if joint > CRITICAL_Z else "no signal"), joint


def _rank_z(y: Array, output: Array) -> float:
    from scipy.stats import spearmanr

    if len(y) < 3 or np.ptp(y) == 0 or np.ptp(output) == 0:
        return 0.0
    return float(spearmanr(y, output).statistic) * math.sqrt(len(y) - 1)


def _auc_z(y: Array, proba: Array, weight: Array | None) -> float:
    """Return the largest distance over classes, each against the rest."""
    best = 0.0
    for k in range(1 if proba.shape[1] == 2 else 0, proba.shape[1]):
        positive = y == k
        area = auc(positive, proba[:, k], weight)
        if area is not None:
            sides = (positive, ~positive)
            m, n = (effective_rows(weights_of(weight, side), int(side.sum())) for side in sides)
            best = max(best, (area - 0.5) / math.sqrt((m + n + 1) / (12 * m * n)))
    return best
