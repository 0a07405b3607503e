"""The canary lives on honest pipelines, and dies where something is fitted outside the folds."""

import numpy as np
import pandas as pd
import pytest

from pipeweave_dagster.core.evaluation.audit.canary import CRITICAL_Z, run_canary
from pipeweave_dagster.core.pace import Pace
from pipeweave_dagster.core.training.data.fold_features import FoldCache
from pipeweave_dagster.core.training.data.input_table import read_table
from pipeweave_dagster_tests.factories import make_pipeline, write_parquet

pytestmark = pytest.mark.slow


@pytest.fixture
def towns(tmp_path):
    """700 rows; whether a step leaks is seen on them although no column tells anything."""
    rng = np.random.default_rng(4)
    frame = pd.DataFrame({"x": rng.normal(size=700), "town": rng.integers(0, 90, 700).astype(str)})

    def of(task):
        y = rng.normal(size=700) if task == "regression" else rng.choice(["a", "b"], 700)
        whole = frame.assign(y=y)
        spec = make_pipeline(whole, "y", task)
        return spec, read_table(spec, write_parquet(whole, tmp_path))

    return of


def test_it_passes_on_the_pipelines_of_real_tables_and_would_have_seen_a_leak(real):
    found = run_canary(*real)
    assert (found.state, found.critical) == ("passed", CRITICAL_Z)
    assert found.z < found.critical < found.control


@pytest.mark.parametrize("task", ["binary", "regression"])
def test_it_trips_where_a_target_encoding_is_fitted_on_all_rows(towns, task, monkeypatch):
    honest = FoldCache._compute

    def leaky(cache, view, fold):
        """Features fitted on both sides of the fold, with the targets of both."""
        data, problem = honest(cache, view, fold), cache.problem
        everything = honest(cache, view, -1)
        valid = problem.features.iloc[data.valid]
        learn = problem.features.iloc[problem.folds[fold][0]]
        data.transformer = everything.transformer
        data.x, data.x_valid = (everything.transformer.transform(p) for p in (learn, valid))
        return data

    assert run_canary(*towns(task)).state == "passed"
    monkeypatch.setattr(FoldCache, "_compute", leaky)
    found = run_canary(*towns(task))
    assert found.state == "tripped"
    assert found.z > CRITICAL_Z
    assert "the scores of this model are invalid" in found.message


def test_it_trips_where_a_feature_is_averaged_before_the_rows_are_divided(towns, monkeypatch):
    """A group mean that somebody taught to look at the target, on all training rows at once."""
    from pipeweave_dagster.core.training.data import training_set

    spec, table = towns("binary")
    seen = {}
    honest = training_set.prepare

    def leaky(raw, plan):
        features = honest(raw, plan)
        word = next((c for c in features.columns if c.startswith("canary word")), None)
        if word is not None and len(raw) == len(seen["y"]):
            means = pd.Series(seen["y"]).groupby(features[word].to_numpy()).mean()
            features["canary number"] = means.reindex(features[word]).to_numpy()
        return features

    monkeypatch.setattr(training_set, "prepare", leaky)
    split = training_set.strata_of
    monkeypatch.setattr(training_set, "strata_of", lambda y, k: seen.update(y=y) or split(y, k))
    seen["y"] = ()
    original = training_set.make_training_set
    monkeypatch.setattr(
        "pipeweave_dagster.core.evaluation.audit.canary.make_training_set",
        lambda spec, table, seed: seen.update(y=table.y) or original(spec, table, seed),
    )
    assert run_canary(spec, table).state == "tripped"


def test_few_rows_cannot_tell_and_that_is_said(tmp_path):
    frame = pd.DataFrame({"x": np.arange(40.0), "y": ["a", "b"] * 20})
    spec = make_pipeline(frame, "y", "binary")
    found = run_canary(spec, read_table(spec, write_parquet(frame, tmp_path)))
    assert found.state == "cannot tell"
    assert "too few" in found.message


def test_without_time_nothing_is_claimed(towns):
    assert run_canary(*towns("binary"), Pace(end=0)).state == "cannot tell"
