"""The candidates of a search as a table for people: the winner, and who came how far."""

from pipeweave_dagster.core.documents import Trial
from pipeweave_dagster.core.metrics.metrics import GREATER_IS_BETTER, score, weights_of
from pipeweave_dagster.core.training.data.training_set import TrainingSet
from pipeweave_dagster.core.training.ensemble.build import Ensemble
from pipeweave_dagster.core.training.search.cv_result import CvResult, leaderboard_trial

_SHOWN = 40


def leaderboard(
    results: list[CvResult], ensemble: Ensemble, training_set: TrainingSet, folds: int
) -> list[Trial]:
    """The winner, then those that got through as many folds, then the others; best first.

    Not more than 40 are shown. Who did not get through so many folds is called cut.
    """
    metric = training_set.spec.metric
    sign = 1.0 if GREATER_IS_BETTER[metric] else -1.0
    shared = min(result.folds_done for result, _ in ensemble.weighted)
    ordered = sorted(
        results,
        key=lambda r: (r.score is None, -min(r.folds_done, shared), -sign * (r.score or 0.0)),
    )
    trials = [leaderboard_trial(result, folds) for result in ordered]
    winner = ensemble.name
    if len(ensemble.weighted) > 1:
        return [_ensemble_trial(ensemble, training_set), *trials][:_SHOWN]
    first = [t for t in trials if t.name == winner]
    return (first + [t for t in trials if t.name != winner])[:_SHOWN]


def _ensemble_trial(ensemble: Ensemble, training_set: TrainingSet) -> Trial:
    """Scored on the same folds as the others (its weights were chosen on them)."""
    output, y, metric = ensemble.answers, training_set.problem.y, training_set.spec.metric
    weight = training_set.problem.weight
    shared = min(result.folds_done for result, _ in ensemble.weighted)
    folds = [valid for _, valid in training_set.problem.folds[:shared]]
    values = [score(metric, y[valid], output[valid], weights_of(weight, valid)) for valid in folds]
    known = [value for value in values if value is not None]
    return Trial(
        name="ensemble",
        family="ensemble",
        params={r.candidate.name: round(weight, 3) for r, weight in ensemble.weighted},
        score=sum(known) / len(known) if known else None,
        fit_seconds=0.0,
        state="done",
        note="weights chosen on the rows that the folds held out",
    )
