"""The leaderboard: the winner, then the candidates of a search by rank."""

import math

import numpy as np

from pipeweave_dagster.core.documents import Trial
from pipeweave_dagster.core.metrics.direction import GREATER_IS_BETTER
from pipeweave_dagster.core.metrics.metrics import score, weights_of
from pipeweave_dagster.core.number_format import number
from pipeweave_dagster.core.training.data.training_set import TrainingSet
from pipeweave_dagster.core.training.ensemble.build import Ensemble
from pipeweave_dagster.core.training.search.cv_result import CvResult, leaderboard_trial
from pipeweave_dagster.core.training.search.ensemble_policy import DEFAULT_ENSEMBLE_POLICY

_SHOWN = 40


def leaderboard(
    results: list[CvResult], ensemble: Ensemble, training_set: TrainingSet, folds: int
) -> list[Trial]:
    """Return the winner, then the candidates with as many folds, then the others; best first.

    At most 40 are listed. What was scored on fewer than `folds` folds has the state "cut": a
    candidate, or an ensemble with such a member.
    """
    metric = training_set.spec.metric
    sign = 1.0 if GREATER_IS_BETTER[metric] else -1.0
    shared = _shared_folds(ensemble)
    ordered = sorted(
        results,
        key=lambda r: (r.score is None, -min(r.folds_done, shared), -sign * (r.score or 0.0)),
    )
    trials = [leaderboard_trial(result, folds) for result in ordered]
    if len(ensemble.weighted) > 1:
        return [_ensemble_trial(results, ensemble, training_set, folds), *trials][:_SHOWN]
    winner = [t for t in trials if t.name == ensemble.name]
    return (winner + [t for t in trials if t.name != ensemble.name])[:_SHOWN]


def _ensemble_trial(
    results: list[CvResult], ensemble: Ensemble, training_set: TrainingSet, folds: int
) -> Trial:
    """Return the ensemble's entry, scored on the folds that all its members have done."""
    problem, metric = training_set.problem, training_set.spec.metric
    shared = _shared_folds(ensemble)
    values = [
        score(metric, problem.y[valid], ensemble.oof[valid], weights_of(problem.weight, valid))
        for _, valid in problem.folds[:shared]
    ]
    known = [value for value in values if value is not None]
    mean = sum(known) / len(known) if known else None
    some = f"{shared} of {folds} folds" if shared < folds else ""
    chosen = "weights were chosen on the validation rows, so the score is slightly optimistic"
    against = _against_best(results, ensemble, training_set, mean, shared)
    return Trial(
        name="ensemble",
        family="ensemble",
        params={r.candidate.name: round(weight, 3) for r, weight in ensemble.weighted},
        score=mean,
        folds=shared,
        fit_seconds=0.0,
        state="cut" if shared < folds else "done",
        note="; ".join(filter(None, [some, chosen, against])),
    )


def _against_best(
    results: list[CvResult],
    ensemble: Ensemble,
    training_set: TrainingSet,
    mean: float | None,
    shared: int,
) -> str:
    """Say why the ensemble was chosen where a candidate has a better mean over the same folds."""
    metric, problem = training_set.spec.metric, training_set.problem
    sign = 1.0 if GREATER_IS_BETTER[metric] else -1.0
    best, value = None, -math.inf if mean is None else sign * mean
    for result in results:
        own = result.score_on(shared)
        if own is not None and sign * own > value:
            best, value = result, sign * own
    if mean is None or best is None or number(sign * value) == number(mean):
        return ""
    name = best.candidate.name
    rows = np.concatenate([valid for _, valid in problem.folds[:shared]])
    weight = weights_of(problem.weight, rows)
    ours, theirs = (
        None if output is None else score(metric, problem.y[rows], output[rows], weight)
        for output in (ensemble.oof, None if best.released else best.oof)
    )
    if ours is not None and theirs is not None and sign * ours >= sign * theirs:
        return (
            f"it is chosen by {metric} of the rows of all folds together ({ours:.4g}; "
            f"{name}: {theirs:.4g}), not by the mean over folds"
        )
    better = f"{name} has a better mean over these folds ({number(sign * value)})"
    if ensemble.weighted[0][0].candidate.family == "dummy":
        return f"{better}; half of the ensemble is the constant, as that may be chance"
    if len(rows) <= DEFAULT_ENSEMBLE_POLICY.bagged_rows:
        return f"{better}; weights come from many resamples of few rows, as that may be chance"
    return better


def _shared_folds(ensemble: Ensemble) -> int:
    """Return how many folds all members have done."""
    return min(result.folds_done for result, _ in ensemble.weighted)
