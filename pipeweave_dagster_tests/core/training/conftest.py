"""A small table of four classes, a search on it, and a clock that stands still."""

import time

import numpy as np
import pandas as pd
import pytest

from pipeweave_dagster.core.families.candidate import Candidate
from pipeweave_dagster.core.training.data.fold_features import FoldCache
from pipeweave_dagster.core.training.data.input_table import read_table
from pipeweave_dagster.core.training.data.training_set import make_training_set
from pipeweave_dagster.core.training.search.budget import TimeBudget
from pipeweave_dagster.core.training.search.cv_result import new_result
from pipeweave_dagster.core.training.search.search import Search
from pipeweave_dagster_tests.factories import make_pipeline, write_parquet

NOW = time.monotonic()  # fits look at the real clock, so deadlines must lie near it


def frozen_budget(budget_s=3600.0, reserve_s=6.0, used_s=0.0):
    return TimeBudget(NOW - used_s, budget_s, reserve_s, now=lambda: NOW)


@pytest.fixture(scope="session")
def training_set(tmp_path_factory):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({f"x{i}": rng.normal(size=1500) for i in range(4)})
    frame["y"] = [f"c{v}" for v in np.digitize(frame["x0"] + frame["x1"], [-1, 0, 1])]
    spec = make_pipeline(frame, "y", "multiclass")
    data = write_parquet(frame, tmp_path_factory.mktemp("table"))
    return make_training_set(spec, read_table(spec, data), 0)


@pytest.fixture
def budget():
    """Makes budgets whose clock stands still."""
    return frozen_budget


@pytest.fixture
def search(training_set):
    """Makes searches that have all their time left, or as given."""

    def search_(budget=None, cache=None, **more):
        cache = cache or FoldCache(training_set.problem)
        rows = len(training_set.table.y)
        return Search(training_set.spec, cache, budget or frozen_budget(60.0), rows, **more)

    return search_


@pytest.fixture
def result(training_set):
    """Makes results of candidates that were not fitted."""

    def result_(name, family="linear", *, scores=(), seconds=0.0, predict_s=0.0):
        made = new_result(Candidate(name, family), FoldCache(training_set.problem))
        made.scores, made.seconds, made.predict_s = list(scores), seconds, predict_s
        return made

    return result_
