"""The decision threshold with the least cost, and the cost of a threshold."""

import numpy as np
from numpy.typing import NDArray

from pipeweave_dagster.core.documents import Costs
from pipeweave_dagster.core.metrics.metrics import Array


def cheapest_threshold(positive: NDArray[np.bool_], scores: Array, costs: Costs) -> float:
    """Return the threshold with the least total cost; rows at or above it are predicted positive.

    Args:
        positive: Whether each row is of the positive class.
        scores: Probability of the positive class, by a model that was not fitted on the row.
        costs: Cost of a false positive and of a false negative.
    """
    order = np.argsort(-scores, kind="stable")
    ranked, hits = scores[order], positive[order]
    # Predicted positive: the first k rows, for every k at which the score changes.
    false_positive = np.r_[0, np.cumsum(~hits)] * costs.false_positive
    false_negative = (hits.sum() - np.r_[0, np.cumsum(hits)]) * costs.false_negative
    score_changes = np.r_[True, np.diff(ranked) != 0, True]
    total = np.where(score_changes, false_positive + false_negative, np.inf)
    k = int(np.argmin(total))
    if k == 0:
        return float(np.nextafter(ranked[0], 2.0))
    # Halfway to the next score, so that a slightly lower score than any seen stays positive.
    return float((ranked[k - 1] + (ranked[k] if k < len(ranked) else 0.0)) / 2)


def mean_cost(positive: NDArray[np.bool_], scores: Array, threshold: float, costs: Costs) -> float:
    """Return the mean cost per row at a threshold."""
    predicted = scores >= threshold
    false_positives, false_negatives = np.sum(predicted & ~positive), np.sum(~predicted & positive)
    total = false_positives * costs.false_positive + false_negatives * costs.false_negative
    return float(total / max(len(scores), 1))
