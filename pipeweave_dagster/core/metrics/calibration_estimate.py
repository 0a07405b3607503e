"""The expected calibration error without what chance adds to it, and its interval."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from pipeweave_dagster.core.documents import Estimate
from pipeweave_dagster.core.metrics.all_metrics import BINS, score_bins
from pipeweave_dagster.core.metrics.metrics import Array, Codes

_DRAWS, _BISECTIONS = 500, 25

Statistic = Callable[[Array], float]


def calibration_estimate(
    positive: NDArray[np.bool_],
    scores: Array,
    weight: Array | None = None,
    cluster: Codes | None = None,
) -> Estimate:
    """Estimate the expected calibration error with a 95 % interval.

    The distances that are observed in the bins are never negative, so chance alone makes them
    positive where the probabilities are right, and resampled rows add chance once more: their
    percentiles may all lie above the observed error. The estimate is instead the error with which
    the observed one is to be expected; the ends of the interval are the errors with which it would
    be at the 97.5th and the 2.5th percentile. Noise of the bins is normal; the error is divided
    among them as observed.

    Args:
        positive: Whether each row is of the class, or predicted correctly.
        scores: Probability of that.
        weight: Row weights, or None.
        cluster: Group of each row, if rows of a group are not independent.
    """
    weights = np.ones(len(scores)) if weight is None else weight
    gap, noise = _bins(positive, scores, weights, cluster)
    observed = float(gap.sum())
    pattern = np.maximum(gap, noise)
    if observed == 0:  # every probability is 0 or 1, and right
        return Estimate(value=0.0, low=0.0, high=0.0)
    pattern /= pattern.sum()
    drawn = noise * np.random.default_rng(0).normal(size=(_DRAWS, len(noise)))

    def with_statistic(statistic: Statistic) -> float:
        """Return the error with which the statistic of what is observed equals the observed."""
        low, high = 0.0, 1.0
        for _ in range(_BISECTIONS):
            middle = (low + high) / 2
            below = statistic(np.abs(middle * pattern + drawn).sum(axis=1)) < observed
            low, high = (middle, high) if below else (low, middle)
        return 0.0 if low == 0 else high

    return Estimate(
        value=with_statistic(lambda sums: float(sums.mean())),
        low=with_statistic(lambda sums: float(np.quantile(sums, 0.975))),
        high=with_statistic(lambda sums: float(np.quantile(sums, 0.025))),
    )


def _bins(
    positive: NDArray[np.bool_], scores: Array, weights: Array, cluster: Codes | None
) -> tuple[Array, Array]:
    """Return the share of the error in each bin, and its standard error.

    The latter is the larger of what the rows show and what right probabilities would have, since
    few rows of a bin may happen to be all alike.
    """
    bins, total = score_bins(scores), weights.sum()
    off = scores - positive
    gap = np.bincount(bins, weights=weights * off)
    mean = gap / np.maximum(np.bincount(bins, weights=weights), np.finfo(float).tiny)
    rest = weights * (off - mean[bins])
    unit = np.arange(len(off)) if cluster is None else cluster - cluster.min()
    cells, place = np.unique(bins + unit * BINS, return_inverse=True)
    shown = np.bincount(cells % BINS, weights=np.bincount(place, weights=rest) ** 2)
    right = np.bincount(bins, weights=weights**2 * scores * (1 - scores))
    return np.abs(gap) / total, np.sqrt(np.maximum(shown, right)) / total
