"""Choose quicker candidates if the best ensemble takes too long to fit on all rows.

Models of one or two folds have learned from about two thirds of the rows. Where more rows teach
much, quicker candidates that learn from all of them are far better than those.
"""

import math

import numpy as np

from pipeweave_dagster.core.metrics.direction import GREATER_IS_BETTER
from pipeweave_dagster.core.metrics.metrics import Array, score, weights_of
from pipeweave_dagster.core.training.data.training_set import TrainingSet
from pipeweave_dagster.core.training.search.greedy_selection import (
    Weighted,
    select_members,
    weighted_output,
)
from pipeweave_dagster.core.training.search.refit_time import expected_refit_s
from pipeweave_dagster.core.training.search.search import Search


def quick_members(
    training_set: TrainingSet, search: Search, weighted: Weighted, refit_s: float
) -> Weighted:
    """Return an ensemble of candidates that there is time to refit, if it is nearly as good.

    Args:
        training_set: The rows.
        search: The candidates.
        weighted: The best ensemble.
        refit_s: Seconds for fitting on all rows.

    Returns:
        Its members (one, if the best has one), or none.
    """
    policy, rows = search.policy, len(training_set.table.y)
    most_s = refit_s / policy.hopeful_fit
    finalists = [r for r in search.ranking.finalists() if not r.is_baseline]
    quick = [r for r in finalists if expected_refit_s(r, rows, policy) <= most_s]
    if not quick:
        return []
    members = select_members(
        quick[:1] if len(weighted) == 1 else quick,
        training_set.problem.y,
        training_set.spec.metric,
        seed=training_set.spec.split.seed,
        weight=training_set.problem.weight,
        policy=policy.ensemble,
    )
    outputs = [
        weighted_output(chosen) for chosen in (weighted, members, [(search.results[0], 1.0)])
    ]
    best, found, baseline = _losses(training_set, outputs)
    return members if found - best < policy.ensemble.refit_gain * (baseline - best) else []


def _losses(training_set: TrainingSet, outputs: list[Array]) -> list[float]:
    """Return the loss of each output on the rows that all of them have."""
    problem, metric = training_set.problem, training_set.spec.metric
    known = [~np.isnan(output.reshape(len(output), -1)).any(axis=1) for output in outputs]
    rows = np.flatnonzero(np.logical_and.reduce(known))
    weight = weights_of(problem.weight, rows)
    scores = [score(metric, problem.y[rows], output[rows], weight) for output in outputs]
    sign = -1.0 if GREATER_IS_BETTER[metric] else 1.0
    return [math.nan if value is None else sign * value for value in scores]
