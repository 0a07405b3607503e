"""What must fit into the budget beside fitting: learning in time, answering, storing."""

import time
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from pipeweave_dagster.core.documents import DatasetSettings
from pipeweave_dagster.core.training.data.fold_features import FoldCache
from pipeweave_dagster.core.training.data.input_table import read_table
from pipeweave_dagster.core.training.data.training_set import make_training_set
from pipeweave_dagster.core.training.ensemble.refit import fold_parts, more_folds
from pipeweave_dagster.core.training.families.candidate import Candidate
from pipeweave_dagster.core.training.search.budget import TimeBudget
from pipeweave_dagster.core.training.search.cv_result import add_fold, new_result, run_fold
from pipeweave_dagster.core.training.search.learning_rate import haste_of, hastened
from pipeweave_dagster.core.training.search.refit_time import (
    drop_slow_predictors,
    drop_unaffordable,
)
from pipeweave_dagster.core.training.search.search import Search
from pipeweave_dagster_tests.factories import make_pipeline, write_parquet


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({f"x{i}": rng.normal(size=1500) for i in range(4)})
    frame["y"] = [f"c{v}" for v in np.digitize(frame["x0"] + frame["x1"], [-1, 0, 1])]
    spec = make_pipeline(frame, "y", "multiclass")
    return spec, make_training_set(
        spec, read_table(spec, write_parquet(frame, tmp_path_factory.mktemp("t"))), 0
    )


def test_short_budgets_learn_faster_and_long_ones_as_usual(made):
    problem = made[1].problem
    rates = [haste_of(problem, budget) for budget in (1, 10, 100, 1000)]
    assert rates == sorted(rates, reverse=True)
    assert rates[0] > 4
    assert rates[-1] == 1
    slow = Candidate("lightgbm_small", "lightgbm", {"learning_rate": 0.04, "num_leaves": 7})
    assert hastened(slow, 2.0).params == {"learning_rate": 0.08, "num_leaves": 7}
    assert hastened(slow, 50.0).params["learning_rate"] == 0.25
    assert hastened(Candidate("xgboost", "xgboost"), 1.0).params == {}
    assert hastened(Candidate("linear", "linear"), 9.0).params == {}


def test_many_classes_do_not_run_away(made):
    cache = FoldCache(made[1].problem)
    candidate = Candidate("lightgbm", "lightgbm", {"learning_rate": 0.25})
    fit = run_fold(candidate, 0, cache, "log_loss", time.time() + 60).fit
    assert fit.estimator.get_params()["reg_lambda"] == 1.0


def test_slow_answers_are_set_aside_and_fewer_models_asked(made):
    spec, training_set = made
    cache = FoldCache(training_set.problem)
    result = new_result(Candidate("lightgbm", "lightgbm", {"num_leaves": 4}), cache)
    for fold in range(3):
        add_fold(result, run_fold(result.candidate, fold, cache, "log_loss", time.time() + 60))
    assert 0 < result.predict_s < 0.1
    assert len(fold_parts([(result, 1.0)], 100, room_s=60)) == 3
    search = Search(spec, cache, TimeBudget(time.time(), 60.0, 6.0), rows=len(training_set.table.y))
    quick = search.reserve.for_the_end([result])
    result.predict_s = 0.05  # as of thousands of trees: 15 s for the 300 test rows
    assert search.reserve.for_the_end([result]) > quick + 10
    assert search.reserve.room([result]) < 60 - 6 - 10
    assert len(fold_parts([(result, 1.0)], 300, room_s=6)) == 1


def test_members_that_cost_much_for_their_weight_go_first(made):
    results = []
    for name, pace in (("quick", 1.0), ("slow", 30.0), ("light", 2.0)):
        result = new_result(Candidate(name, "lightgbm"), FoldCache(made[1].problem))
        result.scores, result.seconds = [0.5], pace
        results.append(result)
    weighted = list(zip(results, (0.5, 0.4, 0.1), strict=True))
    rows = results[0].fold_rows
    kept = drop_unaffordable(weighted, rows, 20.0)
    assert kept is not None
    assert {r.candidate.name: w for r, w in kept} == pytest.approx({"quick": 5 / 6, "light": 1 / 6})
    assert drop_unaffordable(weighted, rows, 100.0) == weighted
    assert drop_unaffordable(weighted[1:], rows, 20.0) is None
    # Two parallel fits have 40 s together, but no fit can be divided among them.
    alone = [(results[1], 1.0)]
    assert drop_unaffordable(alone, rows, 20.0, parallel_fits=2) is None
    assert drop_unaffordable(alone, rows, 28.0, parallel_fits=2) == alone


def test_the_refit_of_the_best_is_kept_from_variants(made):
    spec, training_set = made
    search = Search(
        spec,
        FoldCache(training_set.problem),
        TimeBudget(time.time(), 60.0, 6.0),
        len(training_set.table.y),
        parallel_fits=2,
    )
    result = new_result(Candidate("lightgbm", "lightgbm"), search.cache)
    result.scores, result.seconds = [0.5], 8.0
    search.results = [result]
    # Not the half of it, for there is one candidate alone.
    assert search.reserve.for_refit([result]) > 10
    search._first_folds([Candidate("linear_strict", "linear", {"C": 0.1})], 0.35)
    assert search.results[-1].folds_done == 1
    search.budget = TimeBudget(time.time() - 44, 60.0, 6.0)
    search._first_folds([Candidate("linear_free", "linear", {"C": 10.0})], 0.35)
    assert search.skipped == ["linear_free"]


def test_without_time_to_refit_the_chosen_get_further_folds(made):
    cache = FoldCache(made[1].problem)
    result = new_result(Candidate("linear", "linear"), cache)
    add_fold(result, run_fold(result.candidate, 0, cache, "log_loss", time.time() + 60))
    more_folds([(result, 1.0)], cache, "log_loss", TimeBudget(time.time(), 60.0))
    assert result.folds_done == len(cache.problem.folds) == len(result.members)
    assert np.isfinite(result.oof[np.concatenate([v for _, v in cache.problem.folds])]).all()
    over = new_result(Candidate("linear", "linear"), cache)
    more_folds([(over, 1.0)], cache, "log_loss", TimeBudget(time.time() - 100, 60.0))
    assert over.folds_done == 0


def test_variants_of_the_best_families_come_first(made):
    spec, training_set = made
    search = Search(
        spec,
        FoldCache(training_set.problem),
        TimeBudget(time.time(), 60.0, 6.0),
        len(training_set.table.y),
    )
    for family, score in (("xgboost", 0.1), ("linear", 0.2), ("extra_trees", 0.9), ("mlp", 0.3)):
        result = new_result(Candidate(family, family), search.cache)
        result.scores = [score]
        search.results.append(result)
    assert search._best_families() == ["xgboost", "linear", "mlp"]


def test_a_family_too_slow_for_the_time_left_does_not_end_the_search(made):
    spec, training_set = made
    search = Search(
        spec,
        FoldCache(training_set.problem),
        TimeBudget(time.time(), 60.0, 6.0),
        len(training_set.table.y),
    )
    for family, score, seconds in (("xgboost", 0.1, 40.0), ("linear", 0.2, 0.01)):
        result = new_result(Candidate(family, family), search.cache)
        result.scores, result.seconds = [score], seconds
        search.results.append(result)
    assert search._propose() is not None
    assert search.results[-1].candidate.family == "linear"
    search.results[1].seconds = 40.0
    search.results[2].seconds, search.results[2].scores = 40.0, [0.3]
    assert search._propose() is None


def test_finalists_are_not_forgotten_for_being_worse_on_one_fold(made):
    """Of 170 proposals thirty did better on the first fold than all but two of the finalists."""
    spec, training_set = made
    search = Search(
        spec,
        FoldCache(training_set.problem),
        TimeBudget(time.time(), 60.0, 6.0),
        len(training_set.table.y),
    )
    everywhere = [(name, [0.5] + [0.1] * (search.folds - 1)) for name in ("a", "b", "c")]
    lucky = [(f"m{k}", [0.2]) for k in range(40)]
    for name, scores in [*everywhere, *lucky]:
        result = new_result(Candidate(name, "linear"), search.cache)
        result.scores = scores
        search.results.append(result)
    search._weigh(search.results[-1])
    assert [r.candidate.name for r in search.results if r.released] == [
        f"m{k}" for k in range(30, 40)
    ]
    assert [r.candidate.name for r in search.finalists()] == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("held_out", "enough"), [([100] * 5, 5), ([1000] * 5, 3), ([3000] * 5, 1), ([9000], 1)]
)
def test_candidates_are_compared_on_as_many_folds_as_it_takes(made, held_out, enough):
    spec, training_set = made
    starts = np.cumsum([0, *held_out])
    folds = [(np.arange(10), np.arange(a, b)) for a, b in pairwise(starts)]
    cache = FoldCache(replace(training_set.problem, folds=folds))
    search = Search(spec, cache, TimeBudget(time.time(), 60.0, 6.0), len(training_set.table.y))
    assert search.comparison_folds == enough
    for name, done in (("a", 5), ("b", 3), ("c", 3), ("d", 1)):
        result = new_result(Candidate(name, "linear"), FoldCache(training_set.problem))
        result.scores = [0.1] * min(done, len(folds))
        search.results.append(result)
    known = {1: ["a", "b", "c", "d"], 3: ["a", "b", "c"], 5: ["a", "b", "c"]}
    assert [r.candidate.name for r in search.finalists()] == known[enough]


def test_a_long_search_compares_on_more_rows(made):
    spec, training_set = made
    folds = [(np.arange(10), np.arange(a, a + 1000)) for a in range(0, 10_000, 1000)]
    cache = FoldCache(replace(training_set.problem, folds=folds))
    rows = len(training_set.table.y)
    enough = [
        Search(spec, cache, TimeBudget(time.time(), s, 0.0), rows).comparison_folds
        for s in (20, 60, 120)
    ]
    assert enough == [3, 3, 5]
    assert Search(spec, cache, TimeBudget(time.time(), 600.0, 6.0), rows).comparison_folds == 10


def test_the_last_period_is_judged_first_and_all_periods_are_needed(tmp_path):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"x": rng.normal(size=20_000), "y": rng.normal(size=20_000)})
    frame["when"] = pd.date_range("2020-01-01", periods=len(frame), freq="h")
    settings = DatasetSettings(split={"time": "when"})
    spec = make_pipeline(frame, "y", "regression", settings=settings)
    training_set = make_training_set(spec, read_table(spec, write_parquet(frame, tmp_path)), 0)
    folds = training_set.problem.folds
    sizes = [len(learn) for learn, _ in folds]
    assert sizes == sorted(sizes, reverse=True)
    when = training_set.table.raw["when"].to_numpy()[training_set.split.train]
    assert when[folds[0][1]].max() == when.max()
    assert when[folds[0][0]].max() < when[folds[0][1]].min()
    search = Search(
        spec,
        FoldCache(training_set.problem),
        TimeBudget(time.time(), 60.0, 6.0),
        len(training_set.table.y),
    )
    assert search.comparison_folds == len(folds)


def test_a_mixture_that_answers_too_slowly_loses_its_dearest_members(made):
    results = []
    for name, predict_s in (("quick", 1e-4), ("slow", 1e-2)):
        result = new_result(Candidate(name, "linear"), FoldCache(made[1].problem))
        result.predict_s = predict_s
        results.append(result)
    weighted = list(zip(results, (0.4, 0.6), strict=True))
    assert drop_slow_predictors(weighted, 100, seconds=5.0) == weighted
    assert drop_slow_predictors(weighted, 1_000, seconds=5.0) == [(results[0], 1.0)]
    assert drop_slow_predictors(weighted[1:], 1_000, seconds=5.0) == [(results[1], 1.0)]
