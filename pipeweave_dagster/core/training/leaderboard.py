"""The candidates of a search as a table for people: the winner, and who came how far."""

from pipeweave_dagster.core.documents import Trial
from pipeweave_dagster.core.metrics.metrics import GREATER_IS_BETTER, part_of, score
from pipeweave_dagster.core.training.data.training_set import Job
from pipeweave_dagster.core.training.ensemble.build import Mixture
from pipeweave_dagster.core.training.search.cv_result import Result, trial_of

_SHOWN = 40


def leaderboard(results: list[Result], mixture: Mixture, job: Job, folds: int) -> list[Trial]:
    """The winner, then those that got through as many folds, then the others; best first.

    Not more than 40 are shown. Who did not get through so many folds is called cut.
    """
    metric = job.spec.metric
    sign = 1.0 if GREATER_IS_BETTER[metric] else -1.0
    shared = min(result.done for result, _ in mixture.weighted)
    ordered = sorted(
        results,
        key=lambda r: (r.score is None, -min(r.done, shared), -sign * (r.score or 0.0)),
    )
    trials = [trial_of(result, folds) for result in ordered]
    winner = mixture.name
    if len(mixture.weighted) > 1:
        return [_ensemble_trial(mixture, job), *trials][:_SHOWN]
    first = [t for t in trials if t.name == winner]
    return (first + [t for t in trials if t.name != winner])[:_SHOWN]


def _ensemble_trial(mixture: Mixture, job: Job) -> Trial:
    """Scored on the same folds as the others (its weights were chosen on them)."""
    output, y, metric = mixture.answers, job.problem.y, job.spec.metric
    weight = job.problem.weight
    shared = min(result.done for result, _ in mixture.weighted)
    folds = [valid for _, valid in job.problem.folds[:shared]]
    values = [score(metric, y[valid], output[valid], part_of(weight, valid)) for valid in folds]
    known = [value for value in values if value is not None]
    return Trial(
        name="ensemble",
        family="ensemble",
        params={r.candidate.name: round(weight, 3) for r, weight in mixture.weighted},
        score=sum(known) / len(known) if known else None,
        fit_seconds=0.0,
        state="done",
        note="weights chosen on the rows that the folds held out",
    )
