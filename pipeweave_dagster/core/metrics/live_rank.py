"""The order of candidates while a search goes on."""

from pipeweave_dagster.core.documents import MetricName
from pipeweave_dagster.core.metrics.direction import GREATER_IS_BETTER


def live_rank(metric: MetricName, folds: int, score: float) -> tuple[int, float]:
    """Return a key that sorts candidates, the best first: scores of fewer folds do not compare.

    Example:
        >>> live_rank("roc_auc", 5, 0.7) < live_rank("roc_auc", 5, 0.6) < live_rank("roc_auc", 1, 1)
        True
    """
    return -folds, -score if GREATER_IS_BETTER[metric] else score
