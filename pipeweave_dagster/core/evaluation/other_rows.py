"""Intervals from the scores of the folds: for a later period, and where test groups are few."""

import math

from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.documents import Estimate, MetricName, PipelineSpec, TrainedModel, Trial
from pipeweave_dagster.core.metrics.score_range import Bounds, around, is_error

_FEWEST = 4
"""With three folds, the interval would be five standard deviations to each side and say nothing."""
_FEW_GROUPS = 10
"""With fewer test groups, the folds know more about how much groups differ."""


def for_other_rows(
    estimate: Estimate, trained: TrainedModel, spec: PipelineSpec, clusters: int | None = None
) -> tuple[Estimate, str]:
    """Return the estimate of the metric with an interval for other rows, and what was done.

    Resampled test rows only show how the score differs within their period, or among their groups.
    The scores of the folds are those of several periods, or of all groups of the training rows: one
    more lies within t(k - 1) * s * sqrt(1 + 1/k) of them, where s is their standard deviation (the
    prediction interval of a normal variable). Errors differ by a factor, so s is that of their
    logarithm there. Forward folds have fewer training rows, which makes the first ones worse, too,
    so the interval is rather too wide.

    Args:
        estimate: Test score of the model's metric.
        trained: The model; its leaderboard has the scores of the folds.
        spec: Its pipeline, whose split decides.
        clusters: How many groups, or stretches of time, the test rows are of.

    Returns:
        The wider of both intervals for a split by time; that of the folds for one by group with
        fewer than ten groups of test rows. The estimate as it is and no text for all others, and if
        fewer than four folds were scored.
    """
    found = _folds_of(trained, spec, clusters)
    if found is None or estimate.value is None:
        return estimate, ""
    best, folds = found
    low, high = _beyond(estimate.value, best, folds, trained.metric)
    spread = f"(standard deviation {best.score_std:.3g})"
    if spec.split.kind == "group":
        text = (
            f"The interval of {trained.metric} comes from how much the scores of {folds} folds of "
            f"other groups differ {spread}: the test rows are of only "
            f"{counted(clusters or 0, 'group')}."
        )
        return estimate.model_copy(update={"low": low, "high": high}), text
    text = (
        f"The interval of {trained.metric} is meant for later rows: it allows for how much the "
        f"scores of {folds} earlier periods differ {spread}."
    )
    if estimate.low is not None and estimate.high is not None:
        low, high = min(estimate.low, low), max(estimate.high, high)
        text += f" The test rows alone give {estimate.low:.4g} to {estimate.high:.4g}."
    return estimate.model_copy(update={"low": low, "high": high}), text


def _folds_of(
    trained: TrainedModel, spec: PipelineSpec, clusters: int | None
) -> tuple[Trial, int] | None:
    """Return the best candidate that was scored on at least four folds, and on how many.

    The leaderboard has those that were scored on more folds first.
    """
    few_groups = spec.split.kind == "group" and clusters is not None and clusters < _FEW_GROUPS
    if spec.split.kind != "time" and not few_groups:
        return None
    for trial in trained.leaderboard:
        of_all = spec.split.folds if trial.state == "done" else 0
        folds = trial.folds or of_all
        if trial.family != "dummy" and trial.score_std is not None and folds >= _FEWEST:
            return trial, folds
    return None


def _beyond(value: float, best: Trial, folds: int, metric: MetricName) -> Bounds:
    from scipy.special import stdtrit

    mean, std = best.score or 0.0, best.score_std or 0.0
    if is_error(metric):
        std = std / mean if mean > 0 else 0.0
    return around(metric, value, float(stdtrit(folds - 1, 0.975)) * math.sqrt(1 + 1 / folds) * std)
