"""Partial dependence follows the constraints of the model."""

import numpy as np
import pandas as pd
import pytest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from xgboost import XGBRegressor

from pipeweave_dagster.core.explain.dependence import dependences
from pipeweave_dagster.core.metrics.scored_test import ScoredTest


@pytest.mark.parametrize("constrained", [True, False])
def test_dependence_is_monotone_where_the_model_is_constrained_to_be(constrained):
    """On a wave that rises: only the constraint keeps the dependence from falling."""
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"a": rng.uniform(0, 12, 600), "b": rng.normal(size=600)})
    y = table["a"].to_numpy() * 0.3 + 2 * np.sin(table["a"].to_numpy()) + table["b"].to_numpy()
    model = XGBRegressor(
        n_estimators=60, n_jobs=1, monotone_constraints=(1, 0) if constrained else None
    )
    pipeline = make_pipeline(StandardScaler(), model).fit(table, y)
    bundle = {
        "classes": [],
        "frame": [{"name": name, "use": "numeric"} for name in table.columns],
        "members": [{"pipeline": pipeline, "classes": [], "weight": 1.0}],
    }
    outcome = ScoredTest([], y, pipeline.predict(table), np.full(600, y.mean()), table)
    (found,) = dependences(bundle, outcome, ["a"])
    rises = np.diff(found.mean) >= -1e-6
    assert len(found.mean) == 12
    assert rises.all() == constrained
