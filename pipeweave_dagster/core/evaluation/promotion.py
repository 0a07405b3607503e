"""Decide which model serves predictions, from two evaluations."""

from typing import Literal

from pipeweave_dagster.core.documents import Evaluation, Part
from pipeweave_dagster.core.metrics.direction import GREATER_IS_BETTER


class Promotion(Part):
    """The alias of a new model, and why it gets it."""

    alias: Literal["champion", "challenger", "none"]
    reason: str


def promote(new: Evaluation, champion: Evaluation | None) -> Promotion:
    """Decide the alias of a new model.

    A model without a signal, one that is worse than the baseline on its test rows whatever the
    folds said, and one whose scores are invalid because the leak canary tripped, get no alias. The
    first model with a signal becomes champion. A later one replaces it unless it is
    significantly worse, by a paired test on the test rows that both have. If these are too few, the
    interval of its score must not lie entirely on the wrong side of the champion's score. (Ties go
    to the new model, because its data is newer.)

    Args:
        new: Evaluation of the new model.
        champion: Evaluation of the current champion, or None.

    Example:
        >>> from pipeweave_dagster.core.documents import Estimate
        >>> score = {"roc_auc": Estimate(value=0.8, low=0.7, high=0.9)}
        >>> new = Evaluation(
        ...     rows=100, metric="roc_auc", metrics=score, baseline={}, verdict="model"
        ... )
        >>> promote(new, None)
        Promotion(alias='champion', reason='It is the first model with a signal.')
    """
    if new.verdict == "no signal":
        return Promotion(
            alias="none",
            reason="It is not better than the baseline (constant), so it gets no alias.",
        )
    worse = worse_than_baseline(new)
    if worse is not None:
        return Promotion(alias="none", reason=worse)
    if new.canary is not None and new.canary.state == "tripped":
        return Promotion(alias="none", reason=f"The leak canary tripped. {new.canary.message}")
    if champion is None:
        return Promotion(alias="champion", reason="It is the first model with a signal.")
    if champion.metric != new.metric and new.metric not in champion.metrics:
        return Promotion(
            alias="champion",
            reason=f"The metric changed from {champion.metric} to {new.metric}, so the scores "
            "cannot be compared and the newer model is promoted.",
        )
    return _compare(new, champion)


def worse_than_baseline(evaluation: Evaluation) -> str | None:
    """Return the sentence that a model is worse than the baseline on its test rows, if it is."""
    name = evaluation.metric
    ours, constant = evaluation.metrics.get(name), evaluation.baseline.get(name)
    if ours is None or constant is None or ours.value is None or constant.value is None:
        return None
    greater = GREATER_IS_BETTER[name]
    if ours.value == constant.value or (ours.value > constant.value) == greater:
        return None
    return (
        f"It is worse than the baseline (constant) on its {evaluation.rows:,} test rows "
        f"({name} {_shown(ours.value)} against {_shown(constant.value)}), whatever "
        "cross-validation said, so it gets no alias."
    )


def _shown(value: float) -> str:
    return f"{value:.4f}" if 1e-3 <= abs(value) < 1e6 else f"{value:.4g}"


def _compare(new: Evaluation, champion: Evaluation) -> Promotion:
    name = new.metric
    paired = new.comparison
    if paired is not None and paired.difference is not None:
        difference = (
            f"on {paired.rows} test rows that both have, {name} differs by "
            f"{paired.difference:+.4g} ({paired.low:+.4g} to {paired.high:+.4g}; above 0 is better)"
        )
        if paired.verdict == "worse":
            return Promotion(alias="challenger", reason=f"It is worse: {difference}.")
        better = (
            "It is better" if paired.verdict == "better" else "It is not significantly different"
        )
        return Promotion(alias="champion", reason=f"{better}: {difference}.")
    ours, theirs = new.metrics.get(name), champion.metrics.get(name)
    if ours is None or theirs is None or ours.value is None or theirs.value is None:
        return Promotion(alias="challenger", reason=f"{name} is not known for both models.")
    scores = f"{name} {ours.value:.4f} against the champion's {theirs.value:.4f}"
    greater = GREATER_IS_BETTER[name]
    edge = ours.high if greater else ours.low
    if edge is not None and (edge < theirs.value if greater else edge > theirs.value):
        return Promotion(alias="challenger", reason=f"It is worse: {scores}, outside the interval.")
    return Promotion(alias="champion", reason=f"It is not worse: {scores}.")
