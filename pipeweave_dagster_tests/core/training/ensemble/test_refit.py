"""From the chosen candidates to the members of the model files."""

import time

import numpy as np
import pytest

from pipeweave_dagster.core.families.candidate import Candidate
from pipeweave_dagster.core.training.data.fold_features import FoldCache
from pipeweave_dagster.core.training.ensemble.fold_models import fit_further_folds, fold_members
from pipeweave_dagster.core.training.search.cv_result import add_fold, new_result, run_fold


@pytest.fixture
def problem(training_set):
    return training_set.problem


def test_fewer_models_predict_where_predictions_are_slow(problem):
    cache = FoldCache(problem)
    result = new_result(Candidate("lightgbm", "lightgbm", {"num_leaves": 4}), cache)
    for fold in range(3):
        run = run_fold(result.candidate, fold, cache, "log_loss", time.monotonic() + 300)
        add_fold(result, run)
    result.predict_s = 1e-4
    assert len(fold_members([(result, 1.0)], 100, room_s=60)) == 3
    result.predict_s = 0.05  # 15 s for 300 rows
    assert len(fold_members([(result, 1.0)], 300, room_s=6)) == 1


def test_without_time_to_refit_the_chosen_get_further_folds(problem, budget):
    cache = FoldCache(problem)
    result = new_result(Candidate("linear", "linear"), cache)
    add_fold(result, run_fold(result.candidate, 0, cache, "log_loss", time.monotonic() + 300))
    result.seconds = 1.0
    fit_further_folds([(result, 1.0)], cache, "log_loss", budget(reserve_s=0.0))
    assert result.folds_done == len(problem.folds) == len(result.members)
    assert np.isfinite(result.oof[np.concatenate([v for _, v in problem.folds])]).all()
    late = new_result(Candidate("linear", "linear"), cache)
    fit_further_folds([(late, 1.0)], cache, "log_loss", budget(reserve_s=0.0, used_s=4000.0))
    assert late.folds_done == 0
