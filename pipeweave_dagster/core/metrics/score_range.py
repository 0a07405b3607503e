"""Intervals around a score that stay within the range of its metric; imports nothing heavy."""

import math

ENOUGH_GROUPS = 30
"""Number of groups from which the percentiles of a bootstrap hold."""
_ERRORS = ("rmse", "mae", "median_absolute_error", "log_loss", "brier")
"""Metrics without an upper limit: their values differ by a factor, so logarithms are compared."""

Bounds = tuple[float, float]


def is_error(metric: str) -> bool:
    """Whether a metric is an error that is at least 0, and whose spread is relative to it."""
    return metric in _ERRORS


def around(metric: str, value: float, apart: float) -> Bounds:
    """Return the limits of an interval around a score.

    Args:
        metric: Name of the metric.
        value: The score.
        apart: Half of the width; of the logarithm if the metric is an error.

    Example:
        >>> around("roc_auc", 0.9, 0.2)
        (0.7, 1.0)
    """
    if is_error(metric):
        return value * math.exp(-apart), value * math.exp(apart)
    least = -math.inf if metric == "r2" else 0.0
    return max(least, value - apart), min(1.0, value + apart)
