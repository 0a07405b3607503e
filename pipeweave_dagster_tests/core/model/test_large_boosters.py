"""Models of many classes and rounds predict in slices, all others as their library does."""

import lightgbm
import numpy as np
import pytest

from pipeweave_dagster.core.model import large_boosters
from pipeweave_dagster.core.model.large_boosters import class_probabilities, rounds_of_slices

ROUNDS, LEAVES = 12, 4


@pytest.fixture(scope="module", params=[2, 3, 7])
def model(request):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(400, 3))
    x[rng.random(x.shape) < 0.1] = np.nan
    y = np.digitize(np.nan_to_num(x[:, 0]), np.linspace(-1, 1, request.param + 1)[1:-1])
    model = lightgbm.LGBMClassifier(
        n_estimators=ROUNDS, num_leaves=LEAVES, n_jobs=1, verbosity=-1
    ).fit(x, y)
    return model, x


@pytest.mark.parametrize("slice_leaves", [1, 60, 1000])
def test_slices_add_up_to_the_same_probabilities(model, monkeypatch, slice_leaves):
    model, x = model
    usual = model.predict_proba(x)
    assert class_probabilities(model, x).tobytes() == usual.tobytes()  # it is small
    assert rounds_of_slices(model) == []
    monkeypatch.setattr(large_boosters, "_LARGE_LEAVES", 10)
    monkeypatch.setattr(large_boosters, "_SLICE_LEAVES", slice_leaves)
    rounds = rounds_of_slices(model)
    if model.n_classes_ > 2:
        places = [first + k for first, count in rounds for k in range(count)]
        assert places == [*range(ROUNDS)]
    found = class_probabilities(model, x)
    np.testing.assert_allclose(found, usual, rtol=1e-12)
    assert class_probabilities(model, x[7:8]).tobytes() == found[7:8].tobytes()


def test_rounds_after_the_best_one_are_left_out(model, monkeypatch):
    model, x = model
    monkeypatch.setattr(large_boosters, "_LARGE_LEAVES", 10)
    monkeypatch.setattr(large_boosters, "_SLICE_LEAVES", 60)
    monkeypatch.setattr(model.booster_, "best_iteration", 5)
    usual = model.predict_proba(x)
    np.testing.assert_allclose(class_probabilities(model, x), usual, rtol=1e-12)
