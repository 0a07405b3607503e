"""Candidates are compared on the folds that all of them have done."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from pipeweave_dagster.core.documents import DatasetSettings
from pipeweave_dagster.core.training.data.fold_features import FoldCache
from pipeweave_dagster.core.training.data.input_table import read_table
from pipeweave_dagster.core.training.data.training_set import make_training_set
from pipeweave_dagster.core.training.search.policy import DEFAULT_POLICY
from pipeweave_dagster.core.training.search.ranking import comparison_folds
from pipeweave_dagster_tests.factories import make_pipeline, write_parquet


def test_finalists_keep_their_models_though_worse_on_one_fold(search, result):
    """Of 170 proposals thirty did better on the first fold than all but two of the finalists."""
    search = search()
    everywhere = [(name, [0.5] + [0.1] * (search.folds - 1)) for name in ("a", "b", "c")]
    lucky = [(f"m{k}", [0.2]) for k in range(40)]
    search.results.extend([result(name, scores=scores) for name, scores in [*everywhere, *lucky]])
    search.count_gain(search.results[-1])
    released = [r.candidate.name for r in search.results if r.released]
    assert released == [f"m{k}" for k in range(30, 40)]
    assert [r.candidate.name for r in search.ranking.finalists()] == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("held_out", "enough"), [([100] * 5, 5), ([1000] * 5, 3), ([3000] * 5, 1), ([9000], 1)]
)
def test_candidates_are_compared_on_as_many_folds_as_needed(
    training_set, search, result, held_out, enough
):
    starts = np.cumsum([0, *held_out])
    folds = [(np.arange(10), np.arange(a, b)) for a, b in pairwise(starts)]
    search = search(cache=FoldCache(replace(training_set.problem, folds=folds)))
    assert search.comparison_folds == enough
    for name, done in (("a", 5), ("b", 3), ("c", 3), ("d", 1)):
        search.results.append(result(name, scores=[0.1] * min(done, len(folds))))
    known = {1: ["a", "b", "c", "d"], 3: ["a", "b", "c"], 5: ["a", "b", "c"]}
    assert [r.candidate.name for r in search.ranking.finalists()] == known[enough]


def test_a_long_search_compares_on_more_rows(training_set):
    folds = [(np.arange(10), np.arange(a, a + 1000)) for a in range(0, 10_000, 1000)]
    problem = replace(training_set.problem, folds=folds)

    def folds_for(budget_s, policy=DEFAULT_POLICY):
        return comparison_folds(training_set.spec, problem, budget_s, policy)

    assert [folds_for(s) for s in (20, 60, 120, 600)] == [3, 3, 5, 10]
    assert folds_for(60, replace(DEFAULT_POLICY, comparison_rows=5_000)) == 5


def test_the_last_period_is_validated_first_and_all_periods_are_needed(tmp_path):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"x": rng.normal(size=20_000), "y": rng.normal(size=20_000)})
    frame["when"] = pd.date_range("2020-01-01", periods=len(frame), freq="h")
    settings = DatasetSettings(split={"time": "when"})
    spec = make_pipeline(frame, "y", "regression", settings=settings)
    ordered = make_training_set(spec, read_table(spec, write_parquet(frame, tmp_path)), 0)
    folds = ordered.problem.folds
    sizes = [len(learn) for learn, _ in folds]
    assert sizes == sorted(sizes, reverse=True)
    when = ordered.table.raw["when"].to_numpy()[ordered.split.train]
    assert when[folds[0][1]].max() == when.max()
    assert when[folds[0][0]].max() < when[folds[0][1]].min()
    assert comparison_folds(spec, ordered.problem, 60.0, DEFAULT_POLICY) == len(folds)


def test_variants_of_the_best_families_come_first(search, result):
    search = search()
    scores = {"xgboost": 0.1, "linear": 0.2, "extra_trees": 0.9, "mlp": 0.3}
    search.results.extend([result(family, family, scores=[s]) for family, s in scores.items()])
    assert search.ranking.best_families() == ["xgboost", "linear", "mlp"]
