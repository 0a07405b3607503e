"""The probability from which on a row is told to be positive, by what errors cost."""

import numpy as np
from numpy.typing import NDArray

from pipeweave_dagster.core.documents import Costs
from pipeweave_dagster.core.metrics.metrics import Array


def cheapest(positive: NDArray[np.bool_], scores: Array, costs: Costs) -> float:
    """The threshold with the least total cost on these rows: a row counts as positive from it on.

    Args:
        positive: Whether each row is of the positive class.
        scores: Its probability, by a model that did not see the row.
        costs: Of a false alarm and of a missed row.
    """
    order = np.argsort(-scores, kind="stable")
    ranked, hits = scores[order], positive[order]
    # Told positive: the first k rows, for every k at which the score changes.
    false = np.r_[0, np.cumsum(~hits)] * costs.false_positive
    missed = (hits.sum() - np.r_[0, np.cumsum(hits)]) * costs.false_negative
    ends = np.r_[True, np.diff(ranked) != 0, True]
    total = np.where(ends, false + missed, np.inf)
    k = int(np.argmin(total))
    if k == 0:
        return float(np.nextafter(ranked[0], 2.0))
    # Halfway to the next score, so that a score a little lower than any seen keeps its side.
    return float((ranked[k - 1] + (ranked[k] if k < len(ranked) else 0.0)) / 2)


def cost(positive: NDArray[np.bool_], scores: Array, threshold: float, costs: Costs) -> float:
    """Mean cost of a row at a threshold."""
    told = scores >= threshold
    false, missed = np.sum(told & ~positive), np.sum(~told & positive)
    total = false * costs.false_positive + missed * costs.false_negative
    return float(total / max(len(scores), 1))
