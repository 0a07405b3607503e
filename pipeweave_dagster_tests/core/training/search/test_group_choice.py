"""Numbers relative to groups are added where a model's errors depend on them, and only there."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from pipeweave_dagster.core.families.candidate import Candidate
from pipeweave_dagster.core.pipelines.relative_features import relative_entry
from pipeweave_dagster.core.training.data.fold_features import FoldCache
from pipeweave_dagster.core.training.data.input_table import read_table
from pipeweave_dagster.core.training.data.training_set import make_training_set
from pipeweave_dagster.core.training.search.first_folds import _seconds_for
from pipeweave_dagster.core.training.search.group_choice import add_group_features
from pipeweave_dagster.core.training.search.policy import DEFAULT_POLICY
from pipeweave_dagster.core.training.search.search import Search
from pipeweave_dagster_tests.factories import make_pipeline, write_parquet

ENTRY = relative_entry("price", ("race",))


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    rng = np.random.default_rng(2)
    race = rng.integers(0, 100, 800)
    frame = pd.DataFrame({"race": [f"r{k}" for k in race], "noise": rng.normal(size=800)})
    frame["price"] = 30 * rng.normal(size=100)[race] + rng.normal(size=800)
    cheap = frame.groupby("race")["price"].rank(pct=True) < 0.4
    frame["y"] = np.where(cheap, "yes", "no")
    spec = make_pipeline(frame, "y", "binary")
    data = write_parquet(frame, tmp_path_factory.mktemp("table"))
    return make_training_set(spec, read_table(spec, data), 0)


@pytest.fixture
def searched(table, budget, result):
    """Makes a search whose one candidate knows no more than the share of each class."""

    def searched_(problem=None, **policy):
        cache = FoldCache(problem or table.problem)
        policy = replace(DEFAULT_POLICY, **policy)
        search = Search(table.spec, cache, budget(60.0), 800, policy=policy)
        guide = result("linear", scores=[0.5])
        guide.oof = np.tile([0.6, 0.4], (len(cache.problem.y), 1))
        search.results.append(guide)
        return search

    return searched_


def test_what_errors_depend_on_is_added(searched):
    search = searched()
    found = add_group_features(search)
    assert found[0] == ENTRY
    assert search.cache.problem.columns.relative[0] == ("price", ("race",))


@pytest.mark.parametrize(("found", "text"), [(1, "1 number"), (2, "2 numbers")])
def test_how_many_are_added_is_logged(searched, caplog, found, text):
    known = [relative_entry("price", ("race",)), relative_entry("noise", ("race",))]
    with caplog.at_level("INFO", logger=add_group_features.__module__):
        add_group_features(searched(), known[:found])
    assert caplog.messages == [f"added {text} relative to groups"]


def test_a_small_table_is_tested_on_several_folds(searched):
    search = searched(group_rows=300)
    add_group_features(search)
    rows = [len(valid) for _, valid in search.cache.problem.folds]
    assert sum(rows[: search.results[0].folds_done]) >= 300 > rows[0]


@pytest.mark.parametrize("policy", [{"tested_groups": 0}, {"group_p": 0.0}])
def test_nothing_is_added_without_a_cause(searched, policy):
    search = searched(**policy)
    assert add_group_features(search) == []
    assert search.cache.problem.columns.relative == ()


def test_monotone_columns_are_not_compared(searched, table):
    # A price that is higher in its group would no longer only raise the prediction.
    search = searched(replace(table.problem, monotone={"price": 1}))
    assert ENTRY not in add_group_features(search)


def test_a_resumed_search_tests_nothing_anew(searched):
    search = searched(group_p=0.0)
    cross = {"name": "ratio(a, b)", "use": "derived", "operator": "ratio", "columns": ["a", "b"]}
    assert add_group_features(search, [cross, ENTRY]) == [ENTRY]
    assert search.cache.problem.columns.relative == (("price", ("race",)),)


def test_such_candidates_get_the_time_of_a_new_family(searched):
    search = searched()
    search.parallel_fits = 2
    grouped, plain = (Candidate("x", "xgboost", {key: True}) for key in ("grouped", "plain"))
    seconds = [_seconds_for(search, candidate, 10.0, [plain]) for candidate in (grouped, plain)]
    assert seconds == pytest.approx([3.5, 2.0])
