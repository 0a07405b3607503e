"""Contributions and base add up to the margin of each member."""

import numpy as np
import pandas as pd
import pytest
from lightgbm import LGBMRegressor
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline

from pipeweave_dagster.core.explain.shap_values import contributions
from pipeweave_dagster.core.model.bundle_file import load_bundle
from pipeweave_dagster.core.model.prepare_features import prepare
from pipeweave_dagster_tests.factories import evaluated_cost_model

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return evaluated_cost_model(tmp_path_factory.mktemp("assessed"))


def test_contributions_and_base_add_up_to_the_margin(model):
    frame, (_, found, out), _ = model
    bundle = load_bundle(out / "model.skops")
    table = frame[found.features].head(50)
    told = contributions(bundle, table)
    assert told.share == pytest.approx(1.0)
    features, margin, total = prepare(table, bundle["frame"]), 0.0, 0.0
    for member in bundle["members"]:
        columns, estimator = member["pipeline"]
        x = columns.transform(features)
        kind = "raw_score" if hasattr(estimator, "booster_") else "output_margin"
        predict = estimator.predict_proba if kind == "raw_score" else estimator.predict
        margin = margin + member["weight"] * np.asarray(predict(x, **{kind: True}))
        total += member["weight"]
    sums = told.values.sum(axis=1)[:, 0] + told.base[:, 0]
    # XGBoost adds up its trees in single precision.
    np.testing.assert_allclose(sums, margin / total, atol=1e-6 * max(1.0, np.abs(margin).max()))


def boosted(rounds):
    """A model of one LightGBM that sees `a` and `made`, and rows."""
    rng = np.random.default_rng(4)
    rows = pd.DataFrame(rng.normal(size=(1_000, 3)), columns=list("abc"))
    rows["made"] = rows["b"] + rows["c"]
    columns = ColumnTransformer([("numbers", "passthrough", ["a", "made"])])
    estimator = LGBMRegressor(n_estimators=rounds, verbosity=-1, n_jobs=1, random_state=0)
    pipeline = Pipeline([("columns", columns), ("model", estimator)])
    pipeline.fit(rows[["a", "made"]], 3 * rows["a"] + rows["made"] + rng.normal(0, 0.1, 1_000))
    frame = [{"name": name, "use": "numeric"} for name in ("a", "made")]
    member = {"pipeline": pipeline, "classes": [], "weight": 1.0}
    return {"classes": [], "frame": frame, "members": [member]}, rows


@pytest.mark.parametrize("quick", [True, False])
def test_what_is_made_of_two_columns_is_credited_to_both(quick):
    bundle, rows = boosted(10)
    alone = contributions(bundle, rows, quick=quick)
    pair = {"name": "made", "use": "derived", "operator": "sum", "columns": ["b", "c"]}
    shared = contributions({**bundle, "frame": [bundle["frame"][0], pair]}, rows, quick=quick)
    assert (alone.columns, shared.columns) == (["a", "made"], ["a", "b", "c"])
    np.testing.assert_array_equal(shared.values[:, 0], alone.values[:, 0])
    for half in (1, 2):
        np.testing.assert_array_equal(shared.values[:, half], alone.values[:, 1] / 2)
