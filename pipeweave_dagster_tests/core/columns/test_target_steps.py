"""Step functions of a number: found and sharp wherever rows lie on both sides of the steps."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeweave_dagster.core.columns import target_steps as module


def target_steps(codes, values, allowed):
    order = np.argsort(values)
    return module.target_steps(codes[order], values[order], allowed)


@given(
    shares=st.lists(st.sampled_from(range(10, 95, 10)), min_size=1, max_size=4, unique=True),
    shape=st.sampled_from(["normal", "heavy", "rounded", "uniform"]),
    seed=st.integers(0, 99),
)
@settings(derandomize=True)
def test_bins_of_any_distribution_are_sharp_steps(shares, shape, seed):
    rng = np.random.default_rng(seed)
    y = {
        "normal": rng.normal(size=900),
        "heavy": np.exp(1.5 * rng.normal(size=900)),
        "rounded": np.round(40 * rng.normal(size=900)),
        "uniform": rng.random(900) * 1e9,
    }[shape]
    edges = np.unique(np.quantile(y, np.array(sorted(shares)) / 100))
    codes = np.digitize(y, edges).astype(np.int32)
    found = target_steps(codes, y, allowed=0)
    assert found is not None
    assert found.starts.tolist() == sorted({y[y >= edge].min() for edge in edges})
    wide = np.bincount(codes).min() >= 60
    # By chance one edge is not sharp, in about one of a thousand of these tables.
    assert np.count_nonzero(~found.sharp) <= 1 or not wide


@pytest.mark.parametrize("distance", [6, 8, 20])
def test_clusters_are_not_sharp(distance):
    rng = np.random.default_rng(0)
    codes = rng.integers(0, 2, 2000).astype(np.int32)
    found = target_steps(codes, codes * distance + rng.normal(size=2000), allowed=20)
    assert found is not None
    assert not found.sharp.any()


def test_noise_and_strong_predictors_have_no_sharp_steps():
    rng = np.random.default_rng(0)
    y = rng.normal(size=1000)
    for noise in (0.05, 0.5, 5):
        codes = (y + noise * rng.normal(size=1000) > 0).astype(np.int32)
        found = target_steps(codes, y, allowed=1)
        assert found is None or not found.sharp.any()


def test_a_rounded_target_may_have_both_values_at_a_step():
    rng = np.random.default_rng(0)
    exact = rng.normal(5, 1, 1000)
    for codes in (exact < 4.503, exact >= 4.503):
        found = target_steps(codes.astype(np.int32), np.round(exact, 2), allowed=1)
        assert found is not None
        assert found.sharp.all()


def test_a_target_that_is_often_zero_has_an_atom_there():
    rng = np.random.default_rng(0)
    y = np.where(rng.random(500) < 0.4, 0, rng.gamma(2, 50, 500))
    found = target_steps((y > 0).astype(np.int32), y, allowed=0)
    assert found is not None
    assert found.atoms.tolist() == [True]


def test_values_within_one_target_are_no_steps():
    y = np.repeat([1.0, 2.0, 3.0], 50)
    codes = np.tile([0, 1], 75).astype(np.int32)
    assert target_steps(codes, y, allowed=0) is None
