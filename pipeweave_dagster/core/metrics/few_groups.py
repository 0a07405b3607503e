"""Intervals of few groups: the bootstrap of their percentiles is too narrow."""

import math
from collections.abc import Callable, Sequence

import numpy as np

from pipeweave_dagster.core.documents import Estimate
from pipeweave_dagster.core.metrics.all_metrics import Scores
from pipeweave_dagster.core.metrics.metrics import Codes
from pipeweave_dagster.core.metrics.score_range import ENOUGH_GROUPS, Bounds, around, is_error

_MOST_APART = math.log(5)
"""That an error may as well be five times as large says nothing."""


def widen_for_few_groups(
    estimates: dict[str, Estimate], scores_of: Callable[[Codes], Scores], cluster: Codes | None
) -> dict[str, Estimate]:
    """Return estimates with intervals that hold for fewer than 30 groups.

    They get the interval of `jackknife_half_width` where it is wider, and none where it says
    nothing or where the score is undefined without one of the groups.

    Args:
        estimates: Metric to estimate.
        scores_of: Computes all metrics of some of the rows.
        cluster: Group of each row, or None.
    """
    samples = without_each(cluster)
    if samples is None:
        return estimates
    scores = [scores_of(rows) for rows in samples]
    return {
        name: _wider(name, estimate, [found.get(name) for found in scores])
        for name, estimate in estimates.items()
    }


def without_each(cluster: Codes | None) -> list[Codes] | None:
    """Return the rows without each of the groups; None from 30 groups, nothing if there is one."""
    if cluster is None:
        return None
    groups = np.unique(cluster)
    if len(groups) >= ENOUGH_GROUPS:
        return None
    return [np.flatnonzero(cluster != group) for group in groups] if len(groups) > 1 else []


def jackknife_half_width(value: float, without: Sequence[float | None]) -> float | None:
    """Return half of the width of a 95 % interval from the scores without each of the groups.

    The distances of these from the score give its standard error (the jackknife), and Student's t
    with one degree of freedom less than groups the rest (MacKinnon, Nielsen and Webb 2023).

    Returns:
        None with fewer than two groups, or if a score is undefined without one of them.

    Example:
        >>> round(jackknife_half_width(2.0, [1.8, 2.2, 2.0]), 3)
        0.994
    """
    known = np.array([score for score in without if score is not None and np.isfinite(score)])
    groups = len(without)
    if groups < 2 or len(known) < groups:
        return None
    from scipy.special import stdtrit

    variance = (groups - 1) / groups * np.sum((known - value) ** 2)
    return float(stdtrit(groups - 1, 0.975)) * math.sqrt(variance)


def _wider(metric: str, estimate: Estimate, without: list[float | None]) -> Estimate:
    if estimate.low is None or estimate.high is None or estimate.value is None:
        return estimate
    bounds = _bounds(metric, estimate.value, without)
    if bounds is None:
        return Estimate(value=estimate.value)
    low, high = min(estimate.low, bounds[0]), max(estimate.high, bounds[1])
    return estimate.model_copy(update={"low": low, "high": high})


def _bounds(metric: str, value: float, without: list[float | None]) -> Bounds | None:
    if not is_error(metric):
        apart = jackknife_half_width(value, without)
        return None if apart is None else around(metric, value, apart)
    if value <= 0 or any(score is not None and score <= 0 for score in without):
        return None
    logs = [None if score is None else math.log(score) for score in without]
    apart = jackknife_half_width(math.log(value), logs)
    return None if apart is None or apart > _MOST_APART else around(metric, value, apart)
