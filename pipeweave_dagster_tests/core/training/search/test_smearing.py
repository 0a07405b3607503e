"""A model of the logarithm predicts means where squared errors are what counts."""

import time
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from pipeweave_dagster.core.documents import Member
from pipeweave_dagster.core.families.candidate import Candidate
from pipeweave_dagster.core.families.search_space import LOG
from pipeweave_dagster.core.model.bundle_file import load_bundle
from pipeweave_dagster.core.model.bundle_scores import raw_scores
from pipeweave_dagster.core.training import replay
from pipeweave_dagster.core.training.data.fold_features import FoldCache
from pipeweave_dagster.core.training.data.input_table import read_table
from pipeweave_dagster.core.training.data.training_set import make_training_set
from pipeweave_dagster.core.training.ensemble.bundle import recipe_of
from pipeweave_dagster.core.training.ensemble.fold_models import fold_members
from pipeweave_dagster.core.training.ensemble.refit import fit_member
from pipeweave_dagster.core.training.search.cv_result import add_fold, new_result, run_fold
from pipeweave_dagster.core.training.search.smearing import Smearing
from pipeweave_dagster.core.training.search.trial_log import TrialLog
from pipeweave_dagster_tests.factories import make_pipeline, train_small_model, write_parquet

SIGMA = 0.8
LINEAR_LOG = Candidate("linear_log", "linear", {LOG: True})


def skewed_table(rows=1200, seed=0):
    """The target is log-normal: its mean is exp(SIGMA² / 2) times its median."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"a": rng.normal(size=rows), "b": rng.normal(size=rows)})
    y = np.exp(4 + 0.5 * frame["a"] + rng.normal(0, SIGMA, rows))
    return frame.assign(y=y)


@pytest.fixture(scope="module")
def problem(tmp_path_factory):
    frame = skewed_table()
    spec = make_pipeline(frame, "y", "regression")
    data = write_parquet(frame, tmp_path_factory.mktemp("skewed"))
    return make_training_set(spec, read_table(spec, data), 0).problem


def searched(problem, folds=5, log=None, metric="rmse"):
    """The linear model of the logarithm after some folds."""
    cache = FoldCache(problem)
    result = new_result(LINEAR_LOG, cache)
    for fold in range(folds):
        run = run_fold(LINEAR_LOG, fold, cache, metric, time.monotonic() + 60)
        add_fold(result, run)
        if log is not None:
            log.record_fold(LINEAR_LOG, fold, run)
    return result, cache


def test_the_factor_is_that_of_the_mean_and_lowers_the_error(problem):
    result, _ = searched(problem)
    assert result.smearing_factor == pytest.approx(np.exp(SIGMA**2 / 2), rel=0.06)
    plain = np.concatenate([output for _, output in result.smearing.folds])
    rows = np.concatenate([rows for rows, _ in result.smearing.folds])
    with_factor, without = (
        np.mean((problem.y[rows] - output) ** 2) for output in (result.oof[rows], plain)
    )
    assert with_factor < without
    assert result.oof[rows].mean() == pytest.approx(problem.y[rows].mean(), rel=0.03)
    assert plain.mean() < 0.8 * problem.y[rows].mean()


@pytest.mark.parametrize("folds", [1, 2, 5])
def test_no_row_is_predicted_with_a_factor_that_its_own_target_told(problem, folds):
    result, _ = searched(problem, folds)
    rows, _ = result.smearing.folds[0]
    own = rows[::2] if folds == 1 else rows
    other = problem.y.copy()
    other[own] *= 3
    changed = Smearing(replace(problem, y=other), "rmse", result.smearing.folds)
    (before, _), (after, _) = result.smearing.honest()[0], changed.honest()[0]
    at = slice(0, None, 2) if folds == 1 else slice(None)
    np.testing.assert_array_equal(before[at], after[at])
    assert changed.factor > result.smearing.factor


def test_weights_count(problem):
    result, _ = searched(problem, 2)
    rows = result.smearing.folds[0][0]
    heavy = np.ones(len(problem.y))
    heavy[rows[np.argmax(problem.y[rows])]] = 200.0
    weighted = Smearing(replace(problem, weight=heavy), "rmse", result.smearing.folds)
    assert weighted.factor > result.smearing.factor


def test_chance_is_no_reason_for_a_factor(problem):
    result, _ = searched(problem, 1)
    rows, output = result.smearing.folds[0]
    few, many = (Smearing(problem, "rmse", [(rows[:n], output[:n])]) for n in (6, len(rows)))
    assert abs(few.factor - 1) < 0.5 * abs(many.factor - 1)


def test_medians_stay_medians(problem):
    result, _ = searched(replace(problem, means_of=None), metric="mae")
    assert result.smearing is None
    assert result.smearing_factor is None


def test_models_of_folds_and_of_all_rows_predict_with_the_factor(problem):
    result, cache = searched(problem, 3)
    factor = result.smearing_factor
    (part, *_) = fold_members([(result, 1.0)], 10, 10.0)
    assert part.recipe.smearing == factor
    x = part.data.x_valid
    plain = result.members[0][0].estimator.predict(x)
    np.testing.assert_allclose(part.fit.estimator.predict(x), factor * (1 + plain) - 1)
    again = fit_member(part.recipe, cache, time.monotonic() + 60)
    np.testing.assert_array_equal(again.fit.estimator.predict(x), part.fit.estimator.predict(x))
    whole = fit_member(recipe_of(result, 1.0, -1, 0, None, factor), cache, time.monotonic() + 60)
    assert whole.fit.estimator.predict(x).mean() == pytest.approx(problem.y.mean(), rel=0.1)


def test_a_resumed_search_restores_it(problem, tmp_path):
    result, cache = searched(problem, 3, TrialLog(tmp_path))
    restored = TrialLog(tmp_path).restore(LINEAR_LOG, cache)
    assert restored.smearing_factor == result.smearing_factor
    assert restored.scores == result.scores
    np.testing.assert_array_equal(restored.oof, result.oof)


def test_a_replay_applies_the_factor_that_the_recipe_names(tmp_path):
    frame = skewed_table(400, seed=3)
    spec, trained, _ = train_small_model(frame, "y", "regression", tmp_path, families=["linear"])
    found = {}
    for smearing in (None, 1.4):
        member = Member(
            name="log", family="linear", params={LOG: True}, weight=1.0, smearing=smearing
        )
        recipe = trained.model_copy(update={"recipe": [member], "stack": None, "trust": None})
        (out := tmp_path / f"factor{smearing}").mkdir()
        replay(spec=spec, trained=recipe, data=tmp_path / "data.parquet", out=out)
        found[smearing] = raw_scores(load_bundle(out / "model.skops"), frame)
    low, high = np.quantile(frame["y"], [0.05, 0.95])
    inside = (found[1.4] > low) & (found[1.4] < high)
    np.testing.assert_allclose(found[1.4][inside], 1.4 * (1 + found[None][inside]) - 1)
    assert inside.sum() > 300
