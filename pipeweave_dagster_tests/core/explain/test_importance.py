"""Permutation importance ranks the column that matters, and not the one that does not."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from pipeweave_dagster.core.explain.importance import importance
from pipeweave_dagster.core.metrics.scored_test import ScoredTest
from pipeweave_dagster.core.pace import Pace


@pytest.fixture
def fitted():
    rng = np.random.default_rng(0)
    table = pd.DataFrame(rng.normal(size=(300, 20)), columns=[f"c{i}" for i in range(20)])
    y = 3 * table["c7"].to_numpy() + table["c2"].to_numpy() + rng.normal(0, 0.1, 300)
    pipeline = make_pipeline(StandardScaler(), LinearRegression()).fit(table, y)
    bundle = {
        "classes": [],
        "frame": [{"name": name, "use": "numeric"} for name in table.columns],
        "members": [{"pipeline": pipeline, "classes": [], "weight": 1.0}],
    }
    return bundle, ScoredTest([], y, pipeline.predict(table), np.full(300, y.mean()), table)


def test_the_columns_that_matter_come_first_and_noise_has_none(fitted):
    bundle, outcome = fitted
    found, notes = importance(bundle, outcome, "rmse")
    assert list(found)[:2] == ["c7", "c2"]
    assert found["c7"].low > found["c2"].high > 0
    assert len(found) == 20
    assert all(abs(found[name].value) < 0.01 for name in list(found)[2:])
    assert "300 test rows" in notes[0]
    ranked = [name for name, estimate in found.items() if estimate.above_zero]
    assert list(found)[: len(ranked)] == ranked
    assert len(ranked) < 6  # it was fitted to these very rows
    assert list(found)[len(ranked) :] == [name for name in outcome.features if name not in ranked]
    assert f"{20 - len(ranked)} of 20 columns are not significantly different from zero" in notes[1]


def test_columns_that_a_model_only_believes_in_are_not_ranked():
    """It was fitted to chance: on these test rows some seem to help, on others they would not."""
    rng = np.random.default_rng(5)
    table = pd.DataFrame(rng.normal(size=(300, 20)), columns=[f"c{i}" for i in range(20)])
    y = rng.normal(size=300)
    pipeline = make_pipeline(StandardScaler(), LinearRegression())
    pipeline.fit(table, rng.normal(size=300))
    bundle = {
        "classes": [],
        "frame": [{"name": name, "use": "numeric"} for name in table.columns],
        "members": [{"pipeline": pipeline, "classes": [], "weight": 1.0}],
    }
    outcome = ScoredTest([], y, pipeline.predict(table), np.full(300, y.mean()), table)
    found, _ = importance(bundle, outcome, "rmse")
    assert sum(estimate.value > 0 for estimate in found.values()) > 4
    assert sum(estimate.above_zero for estimate in found.values()) <= 1


def test_where_a_class_may_lack_there_is_no_interval():
    table = pd.DataFrame({"a": np.arange(30.0), "b": np.zeros(30)})
    y = np.array([1] + [0] * 29)
    pipeline = make_pipeline(StandardScaler(), LogisticRegression()).fit(table, y)
    bundle = {
        "classes": ["no", "yes"],
        "frame": [{"name": name, "use": "numeric"} for name in table.columns],
        "members": [{"pipeline": pipeline, "classes": [0, 1], "weight": 1.0}],
    }
    outcome = ScoredTest(["no", "yes"], y, pipeline.predict_proba(table), np.zeros((30, 2)), table)
    found, _ = importance(bundle, outcome, "roc_auc")
    assert found["a"].value > 0
    assert (found["a"].low, found["a"].above_zero) == (None, False)


def three_chunks():
    """A pace by which each chunk of columns takes a second, and three of them fit."""
    moments = iter([0, 0, *range(100)])
    return Pace(end=3.5, now=lambda: float(next(moments)))


def test_it_stops_when_time_is_over_and_says_so(fitted):
    pace = three_chunks()
    found, notes = importance(*fitted, "rmse", pace=pace)
    assert 0 < len(found) < 20
    assert "No time was left for the importances of" in notes[-1]
    assert pace.is_cut
    assert importance(*fitted, "rmse", pace=Pace(end=0))[0] == {}


def test_where_time_is_short_the_columns_that_seem_to_count_are_asked_first(fitted):
    _, outcome = fitted
    last = outcome.features.columns[-1]
    whole, _ = importance(*fitted, "rmse", first=[last])
    assert set(whole) == set(outcome.features.columns)
    found, notes = importance(*fitted, "rmse", pace=three_chunks(), first=[last])
    assert last in found
    assert len(found) < outcome.features.shape[1]
    assert notes[-1].startswith("No time was left")
