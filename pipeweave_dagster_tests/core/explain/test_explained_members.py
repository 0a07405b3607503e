"""A large member is explained by its first rounds only, and the note says so."""

import numpy as np
import pandas as pd
import pytest
from lightgbm import LGBMRegressor
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline

from pipeweave_dagster.core.explain.explained_members import explained_members, rounds_of
from pipeweave_dagster.core.explain.reasons import with_reasons
from pipeweave_dagster.core.explain.shap_values import contributions
from pipeweave_dagster_tests.factories import train_small_model


def table(rows=500):
    """Two columns decide, with opposite signs; two do not; some values are missing."""
    rng = np.random.default_rng(2)
    frame = pd.DataFrame({"up": rng.normal(size=rows), "town": rng.choice(list("abc"), rows)})
    frame["noise"], frame["down"] = rng.normal(size=rows), rng.normal(size=rows)
    frame["value"] = 3 * frame["up"] - 2 * frame["down"] + rng.normal(0, 0.2, rows)
    frame.loc[::11, "noise"] = None
    return frame


@pytest.fixture(scope="module", params=["binary", "multiclass", "regression"])
def model(request, tmp_path_factory):
    folder, frame = tmp_path_factory.mktemp("reasons"), table()
    if request.param != "regression":
        labels = ["no", "yes"] if request.param == "binary" else ["low", "mid", "top"]
        frame["value"] = pd.qcut(frame["value"], len(labels), labels=labels).astype(str)
    families = ["linear", "lightgbm", "xgboost"]
    _, found, out = train_small_model(frame, "value", request.param, folder, families=families)
    return frame.drop(columns="value"), found, out


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


def test_a_large_part_is_asked_for_its_first_rounds_which_is_said():
    """Its trees are read from a text, which takes longer than to score a thousand rows."""
    bundle, rows = boosted(400)
    (chosen,) = explained_members(bundle)
    assert 100 <= chosen["rounds"] < rounds_of(chosen) == 400
    said, note = with_reasons(bundle, rows)
    assert f"the first {chosen['rounds']} of its 400 boosting rounds" in note
    assert (said["reason_1"] == "a").mean() > 0.7
    found = contributions({**bundle, "members": [chosen]}, rows, quick=True)
    columns, model = chosen["pipeline"]
    margin = model.predict(columns.transform(rows), num_iteration=chosen["rounds"])
    np.testing.assert_allclose(found.values.sum(axis=1)[:, 0] + found.base[:, 0], margin)
