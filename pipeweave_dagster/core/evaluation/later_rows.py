"""Intervals of a split by time: what the score may be in a period that the table does not have."""

import math

from pipeweave_dagster.core.documents import Estimate, MetricName, PipelineSpec, TrainedModel, Trial
from pipeweave_dagster.core.metrics.direction import GREATER_IS_BETTER

_FEWEST = 4
"""With three folds, the interval would be five standard deviations to each side and say nothing."""


def for_later_rows(
    estimate: Estimate, trained: TrainedModel, spec: PipelineSpec
) -> tuple[Estimate, str]:
    """Return the estimate of the metric with an interval for later rows, and what was done.

    Resampled test rows only show how the score differs within the period that they are of. The
    scores of the forward folds are those of several periods: that of one more lies within
    t(k - 1) * s * sqrt(1 + 1/k) of them, where s is their standard deviation (the prediction
    interval of a normal variable). Errors differ by a factor from period to period, so s is that
    of their logarithm there. Fewer training rows make the first folds worse, too, so the interval
    is rather too wide.

    Args:
        estimate: Test score of the model's metric.
        trained: The model; its leaderboard has the scores of the folds.
        spec: Its pipeline, whose split decides.

    Returns:
        The estimate as it is and no text, if the split is another one or fewer than four
        folds were scored.
    """
    found = _folds_of(trained, spec)
    if found is None or estimate.value is None or estimate.low is None or estimate.high is None:
        return estimate, ""
    best, folds = found
    low, high = _beyond(estimate.value, best, folds, trained.metric)
    wider = {"low": min(estimate.low, low), "high": max(estimate.high, high)}
    text = (
        f"The interval of {trained.metric} is meant for later rows: it allows for how much the "
        f"scores of {folds} earlier periods differ (standard deviation {best.score_std:.3g}). The "
        f"test rows alone give {estimate.low:.4g} to {estimate.high:.4g}."
    )
    return estimate.model_copy(update=wider), text


def _folds_of(trained: TrainedModel, spec: PipelineSpec) -> tuple[Trial, int] | None:
    """Return the best candidate that was scored on at least four forward folds, and on how many.

    The leaderboard has those that were scored on more folds first.
    """
    if spec.split.kind != "time":
        return None
    for trial in trained.leaderboard:
        of_all = spec.split.folds if trial.state == "done" else 0
        folds = trial.folds or of_all
        if trial.family != "dummy" and trial.score_std is not None and folds >= _FEWEST:
            return trial, folds
    return None


def _beyond(value: float, best: Trial, folds: int, metric: MetricName) -> tuple[float, float]:
    from scipy.special import stdtrit

    mean, std = best.score or 0.0, best.score_std or 0.0
    factor = float(stdtrit(folds - 1, 0.975)) * math.sqrt(1 + 1 / folds)
    if GREATER_IS_BETTER[metric]:
        least = -math.inf if metric == "r2" else 0.0
        return max(least, value - factor * std), min(1.0, value + factor * std)
    apart = factor * std / mean if mean > 0 else 0.0
    return value * math.exp(-apart), value * math.exp(apart)
