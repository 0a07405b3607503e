"""The curves of an additive model add up to its margin."""

import numpy as np
import pandas as pd
import pytest
from lightgbm import LGBMClassifier, LGBMRegressor
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OrdinalEncoder

from pipeweave_dagster.core.explain.shape_functions import margins, shapes

NAMES = ["a", "b", "c"]


@pytest.fixture(scope="module")
def rows():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"a": rng.integers(0, 9, 600).astype(float)})
    frame["b"] = np.where(rng.random(600) < 0.2, np.nan, rng.integers(0, 7, 600))
    frame["c"] = pd.Series(rng.choice(["x", "y", "z"], 600)).astype("str")
    signal = frame["a"] * np.where(frame["c"] == "x", 1.0, -0.5) + frame["b"].fillna(9)
    return frame, (signal + rng.normal(size=600)).to_numpy()


def fitted(rows, model):
    frame, signal = rows
    codes = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)
    columns = ColumnTransformer([("n", "passthrough", ["a", "b"]), ("c", codes, ["c"])])
    sets = [[0], [1], [2], [0, 2]]
    model = model(n_estimators=40, interaction_constraints=sets, verbosity=-1)
    target = signal if isinstance(model, LGBMRegressor) else np.digitize(signal, [0, 9])
    x = columns.fit_transform(frame)
    return Pipeline([("features", columns), ("model", model.fit(x, target))])


@pytest.mark.parametrize("kind", [LGBMRegressor, LGBMClassifier])
def test_base_curves_and_pairs_add_up_to_the_margin_of_every_row(rows, kind):
    frame, _ = rows
    pipeline = fitted(rows, kind)
    found = shapes(pipeline, frame, NAMES, [("a", "c")])
    place = {
        name: [curve.at.index(None if pd.isna(v) else v) for v in frame[name]]
        for name, curve in found.curves.items()
    }
    total = np.tile(found.base, (len(frame), 1))
    for name, curve in found.curves.items():
        total += curve.effect[:, place[name]].T
    for pair in found.surfaces:
        total += pair.effect[:, place["a"], place["c"]].T
    assert np.allclose(total, margins(pipeline, frame), atol=1e-6)
    assert found.surfaces[0].size > 0.05
    alone = shapes(pipeline, frame, NAMES, [])
    assert not np.allclose(alone.curves["a"].effect, found.curves["a"].effect, atol=0.05)


def test_effects_have_a_mean_of_zero_and_a_pair_adds_nothing_that_one_column_could(rows):
    found = shapes(fitted(rows, LGBMRegressor), rows[0], NAMES, [("a", "c")])
    for curve in found.curves.values():
        assert curve.share.sum() == pytest.approx(1)
        assert np.allclose(curve.effect @ curve.share, 0)
    pair = found.surfaces[0]
    assert np.allclose(np.einsum("kij,j->ki", pair.effect, pair.second.share), 0)
    assert np.allclose(np.einsum("kij,i->kj", pair.effect, pair.first.share), 0)


def test_a_column_without_a_known_value_has_one_point(rows):
    frame, _ = rows
    found = shapes(fitted(rows, LGBMRegressor), frame.assign(b=np.nan), NAMES, [])
    assert found.curves["b"].at == [None]
    assert found.curves["b"].size == 0
