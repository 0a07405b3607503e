"""One model in place of the ensemble, where a paired test on the folds cannot tell them apart.

An ensemble is larger and slower than its members. Where it is to be served, the best candidate
replaces it unless it is significantly worse on rows that neither has learned from.
"""

from dataclasses import dataclass

import numpy as np

from pipeweave_dagster.core.documents import Comparison
from pipeweave_dagster.core.families import FAMILIES
from pipeweave_dagster.core.metrics.metrics import Array, weights_of
from pipeweave_dagster.core.metrics.paired_test import paired
from pipeweave_dagster.core.training.data.training_set import TrainingSet
from pipeweave_dagster.core.training.search.cv_result import CvResult
from pipeweave_dagster.core.training.search.ensemble_policy import EnsemblePolicy

ENSEMBLE = "the ensemble"
_ACCEPTED = ("better", "not distinguishable")


@dataclass(frozen=True)
class SingleModel:
    """The candidate that was compared with the ensemble.

    Attributes:
        result: Its results.
        members: How many candidates the ensemble has.
        comparison: Its score minus that of the ensemble, on rows that folds held out.
    """

    result: CvResult
    members: int
    comparison: Comparison

    @property
    def replaces(self) -> bool:
        """Whether it takes the place of the ensemble."""
        return self.comparison.verdict in _ACCEPTED


def find_single(
    training_set: TrainingSet,
    candidates: list[CvResult],
    ensemble: tuple[Array, int],
    policy: EnsemblePolicy,
) -> SingleModel | None:
    """Return the best candidate that is not significantly worse; the best one if all are.

    Families whose models grow with the rows come last: they would be stored and served for nothing
    where a smaller one does. The weights of the ensemble were chosen on these rows, which favours
    it, so that a candidate is accepted too rarely rather than too often.

    Args:
        training_set: Target, metric and weights.
        candidates: Compared on the same folds, best first.
        ensemble: Its out-of-fold output, and how many members it has.
        policy: How many candidates are tested.

    Returns:
        None if there is nothing to compare.
    """
    output, members = ensemble
    ordered = sorted(candidates, key=lambda r: FAMILIES[r.candidate.family].is_large)
    tested = []
    for result in ordered[: policy.single_candidates]:
        # Each test takes about a second of the budget, so none is made after the first success.
        single = SingleModel(result, members, _compared(training_set, result, output))
        if single.replaces:
            return single
        tested.append(single)
    known = [single for single in tested if single.comparison.difference is not None]
    return max(known, key=lambda single: single.comparison.difference or 0.0, default=None)


def _compared(training_set: TrainingSet, result: CvResult, ensemble: Array) -> Comparison:
    problem = training_set.problem
    outputs = [output.reshape(len(problem.y), -1) for output in (result.oof, ensemble)]
    rows = np.flatnonzero(~np.isnan(np.concatenate(outputs, axis=1)).any(axis=1))
    return paired(
        training_set.spec.metric,
        problem.y[rows],
        result.oof[rows],
        ensemble[rows],
        ENSEMBLE,
        seed=problem.seed,
        weight=weights_of(problem.weight, rows),
    )
