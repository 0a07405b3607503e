"""Quicker candidates are chosen where there is no time to fit the best ensemble on all rows."""

import numpy as np
import pytest

from pipeweave_dagster.core.families.candidate import Candidate
from pipeweave_dagster.core.training.data.fold_features import FoldCache
from pipeweave_dagster.core.training.ensemble.quick_members import quick_members
from pipeweave_dagster.core.training.search.cv_result import new_result


def known(training_set, family, probability, seconds):
    """A result of one fold whose true classes have one probability, and the others the rest."""
    problem = training_set.problem
    made = new_result(Candidate(family, family), FoldCache(problem))
    valid = problem.folds[0][1]
    others = (1 - probability) / (problem.classes - 1)
    made.oof[valid] = others
    made.oof[valid, problem.y[valid].astype(int)] = probability
    made.scores, made.seconds = [float(-np.log(probability))], seconds
    return made


@pytest.mark.parametrize(
    ("probability", "seconds", "is_chosen"),
    [
        pytest.param(0.895, 1.0, True, id="nearly as good"),
        pytest.param(0.8, 1.0, False, id="worse by more than a refit brings"),
        pytest.param(0.895, 100.0, False, id="as slow"),
    ],
)
def test_quick_candidates_are_chosen_if_nearly_as_good(
    training_set, search, probability, seconds, is_chosen
):
    search, slow = search(), known(training_set, "lightgbm", 0.9, 100.0)
    baseline = known(training_set, "dummy", 1 / training_set.problem.classes, 0.1)
    quick = known(training_set, "xgboost", probability, seconds)
    search.results.extend([baseline, slow, quick])
    members = quick_members(training_set, search, [(slow, 1.0)], refit_s=10.0)
    assert [r.candidate.name for r, _ in members] == (["xgboost"] if is_chosen else [])


def test_the_baseline_is_no_quick_candidate(training_set, search):
    search, slow = search(), known(training_set, "lightgbm", 0.9, 100.0)
    search.results.extend([known(training_set, "dummy", 0.25, 0.1), slow])
    assert quick_members(training_set, search, [(slow, 1.0)], refit_s=10.0) == []
