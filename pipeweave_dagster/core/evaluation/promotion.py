"""The decision which model answers: a pure function of two evaluations."""

from typing import Literal

from pipeweave_dagster.core.documents import Evaluation, Part

_GREATER = {"roc_auc", "accuracy", "f1_macro", "r2"}


class Promotion(Part):
    """The alias that a model gets, and why."""

    alias: Literal["champion", "challenger", "none"]
    reason: str


def promote(new: Evaluation, champion: Evaluation | None) -> Promotion:
    """Decide what becomes of a new model.

    A model whose scores cannot be believed, because the leak canary tripped, does not answer.
    The first model that found something is champion. A later one replaces it unless it is
    clearly worse, by a paired test on the test rows that both have. Where these are too few, the
    interval of its score must not lie wholly on the wrong side of the champion's score. (Fresh data
    is a reason of its own to take the new model.)

    Args:
        new: Evaluation of the new model.
        champion: Evaluation of the present champion, or None.
    """
    if new.verdict == "no signal":
        return Promotion(
            alias="none",
            reason="It is not better than the constant model, so it does not answer.",
        )
    if new.canary is not None and new.canary.state == "tripped":
        return Promotion(alias="none", reason=f"The leak canary tripped. {new.canary.message}")
    if champion is None:
        return Promotion(alias="champion", reason="It is the first model with a signal.")
    if champion.metric != new.metric and new.metric not in champion.metrics:
        return Promotion(
            alias="champion",
            reason=f"The metric changed from {champion.metric} to {new.metric}, "
            "so scores cannot be compared and the newer model answers.",
        )
    return _compare(new, champion)


def _compare(new: Evaluation, champion: Evaluation) -> Promotion:
    name = new.metric
    paired = new.comparison
    if paired is not None and paired.difference is not None:
        words = (
            f"on {paired.rows} test rows that both have, {name} differs by "
            f"{paired.difference:+.4g} ({paired.low:+.4g} to {paired.high:+.4g}; above 0 is better)"
        )
        if paired.verdict == "worse":
            return Promotion(alias="challenger", reason=f"It is worse: {words}.")
        better = "It is better" if paired.verdict == "better" else "It is not distinguishable"
        return Promotion(alias="champion", reason=f"{better}: {words}.")
    ours, theirs = new.metrics.get(name), champion.metrics.get(name)
    if ours is None or theirs is None or ours.value is None or theirs.value is None:
        return Promotion(alias="challenger", reason=f"{name} could not be computed for both.")
    words = f"{name} {ours.value:.4f} against the champion's {theirs.value:.4f}"
    greater = name in _GREATER
    edge = ours.high if greater else ours.low
    if edge is not None and (edge < theirs.value if greater else edge > theirs.value):
        return Promotion(alias="challenger", reason=f"It is worse: {words}, outside the interval.")
    return Promotion(alias="champion", reason=f"It is not worse: {words}.")
