"""Decide which model serves predictions, from two evaluations."""

from typing import Literal

from pipeweave_dagster.core.documents import Comparison, Evaluation, Part
from pipeweave_dagster.core.evaluation.against_baseline import (
    doubt,
    score_text,
    worse_than_baseline,
)
from pipeweave_dagster.core.metrics.direction import GREATER_IS_BETTER
from pipeweave_dagster.core.number_format import compared

MOST_ROWS = 0.5
"""Share of the test rows that a paired test must cover for a tie to count."""
_OTHER_REASON = "So the scores do not decide; it becomes the champion for another reason."
_OTHER_ROWS = "Most of its test rows differ from the champion's"
_TOO_FEW = "Its test rows, or the groups that they are of, are too few for a paired test"


class Promotion(Part):
    """The alias of a new model, and why it gets it."""

    alias: Literal["champion", "challenger", "none"]
    reason: str


NEWER_DATA = Promotion(
    alias="champion", reason="Its table is newer: of other data, or read with other settings."
)
"""What follows where a model is not significantly different from the champion."""


def promote(
    new: Evaluation,
    champion: Evaluation | None,
    if_equal: Promotion = NEWER_DATA,
    replaced: str = "",
) -> Promotion:
    """Decide the alias of a new model.

    1. A model without a signal, one that is worse than the baseline on its test rows whatever the
       folds said, and one whose scores are invalid because the leak canary tripped, get no alias.
    2. The first model with a signal becomes champion.
    3. One that predicts another target, or cannot predict a class of the champion, is challenger;
       any other replaces, without a comparison, a champion that cannot predict any more or has
       learned from columns that are dropped now, such as a leak.
    4. One that is significantly worse than the champion, by a paired test on rows that neither has
       learned from, is challenger; one that is significantly better replaces it.
    5. What becomes of one that is not significantly different, if the test covers at least half of
       its test rows, is said by `if_equal`: it replaces the champion if its table is newer.
    6. Otherwise the two were tested on different rows, or on too few: it replaces the champion only
       if its score is at least the champion's.

    Args:
        new: Evaluation of the new model.
        champion: Evaluation of the current champion, or None.
        if_equal: Its alias where it is not significantly different, and why, as a sentence.
        replaced: Why any model replaces the champion, as a sentence; empty if it has to be better.

    Example:
        >>> from pipeweave_dagster.core.documents import Estimate
        >>> score = {"roc_auc": Estimate(value=0.8, low=0.7, high=0.9)}
        >>> new = Evaluation(
        ...     rows=100, metric="roc_auc", metrics=score, baseline={}, verdict="model"
        ... )
        >>> promote(new, None).reason
        'It is the first model that beats the baseline (constant).'
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
        first = f"It is the first model that beats the baseline (constant){doubt(new)}."
        return Promotion(alias="champion", reason=first)
    return _compare(new, champion, if_equal, replaced)


def _compare(
    new: Evaluation, champion: Evaluation, if_equal: Promotion, replaced: str
) -> Promotion:
    paired = new.comparison
    if paired is not None and paired.obstacle:
        return Promotion(alias="challenger", reason=paired.obstacle)
    if replaced:
        decision = _without_champion(new, champion, replaced)
    else:
        decision = _by_test(new, champion, paired, if_equal)
    changes = " ".join(paired.changes) if paired is not None else ""
    return Promotion(alias=decision.alias, reason=f"{decision.reason} {changes}".strip())


def _without_champion(new: Evaluation, champion: Evaluation, replaced: str) -> Promotion:
    """Replace the champion, also by a model with a lower score."""
    name = new.metric
    ours, theirs = new.metrics.get(name), champion.metrics.get(name)
    scores = ""
    if ours and theirs and ours.value is not None and theirs.value is not None:
        found, before = score_text(ours.value), score_text(theirs.value)
        scores = f" Its {name} is {found}; the champion's was {before}."
    reason = f"{replaced} So nothing is compared with it.{scores}"
    return Promotion(alias="champion", reason=reason)


def _by_test(
    new: Evaluation, champion: Evaluation, paired: Comparison | None, if_equal: Promotion
) -> Promotion:
    of = (paired.of if paired else None) or new.rows
    if paired is None or paired.difference is None:
        few = paired is not None and paired.rows >= MOST_ROWS * of
        return _by_scores(new, champion, _TOO_FEW if few else _OTHER_ROWS)
    difference = (
        f"on {paired.rows} of its {of} test rows, which neither model has learned from, its "
        f"{new.metric} is {compared(paired.difference, paired.low, paired.high)}"
    )
    if paired.verdict == "worse":
        return Promotion(alias="challenger", reason=f"It is worse: {difference}.")
    if paired.verdict == "better":
        return Promotion(alias="champion", reason=f"It is better: {difference}.")
    tie = f"It does not differ from the champion by more than chance: {difference}."
    if paired.rows >= MOST_ROWS * of:
        reason = if_equal.reason
        if if_equal.alias == "champion":  # a lower score may be promoted
            reason = f"{_OTHER_REASON} {reason}"
        return Promotion(alias=if_equal.alias, reason=f"{tie} {reason}")
    return _by_scores(new, champion, f"{tie} {_OTHER_ROWS}")


def _by_scores(new: Evaluation, champion: Evaluation, why: str) -> Promotion:
    """Decide by the scores: without a test, a lower one is no evidence."""
    name = new.metric
    ours, theirs = new.metrics.get(name), champion.metrics.get(name)
    if ours is None or theirs is None or ours.value is None or theirs.value is None:
        return Promotion(alias="challenger", reason=f"{name} is not known for both models.")
    scores = (
        f"{why}, so the scores decide: {name} "
        f"{score_text(ours.value)} against the champion's {score_text(theirs.value)}."
    )
    at_least = ours.value == theirs.value or (ours.value > theirs.value) == GREATER_IS_BETTER[name]
    return Promotion(alias="champion" if at_least else "challenger", reason=scores)
