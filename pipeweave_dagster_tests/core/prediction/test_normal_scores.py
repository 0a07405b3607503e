"""Normal scores of many numbers are those that numpy interpolates, to the bit."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from pipeweave_dagster.core.prediction.normal_scores import Scale, scale_of

FINITE = st.floats(allow_nan=False, allow_infinity=False, width=64)
QUANTILES = st.one_of(
    hnp.arrays(float, st.integers(2, 65), elements=st.integers(-300, 300).map(float), unique=True),
    hnp.arrays(float, st.integers(2, 65), elements=FINITE, unique=True),
)


def plain(scale: Scale, numbers: np.ndarray) -> np.ndarray:
    """Return the scores as they are defined."""
    low, high = scale.values[0], scale.values[-1]
    beyond = np.maximum(numbers - high, 0) - np.maximum(low - numbers, 0)
    scored = np.interp(numbers, scale.values, scale.scores) + beyond / scale.unit
    return np.asarray(np.nan_to_num(scored, nan=0.0))


def around(values: np.ndarray) -> np.ndarray:
    """Return over a thousand numbers: quantiles, their neighbours, between and beyond, missing."""
    near = [np.nextafter(values, -np.inf), values, np.nextafter(values, np.inf), values * 3]
    between = np.linspace(values[0], values[-1], 1_000)
    numbers = np.concatenate([*near, between, [np.nan, 0.0, -0.0, 1e308]])
    return np.asarray(numbers[~np.isinf(numbers)])


@pytest.mark.filterwarnings("ignore:overflow")
@given(QUANTILES, st.floats(1e-3, 1e3))
@settings(max_examples=200, deadline=None)
def test_scores_of_many_numbers_are_the_interpolated_ones(values: np.ndarray, unit: float) -> None:
    values = np.sort(values)
    scale = scale_of(values, np.linspace(-2.5, 2.5, len(values)), unit)
    with np.errstate(all="ignore"):
        numbers = around(values)
        np.testing.assert_array_equal(scale.of(numbers), plain(scale, numbers))


def test_quantiles_of_usual_columns_have_a_grid_and_uneven_ones_none() -> None:
    rng = np.random.default_rng(0)
    scores = np.linspace(-2, 2, 65)
    for numbers in (rng.normal(size=4000), rng.standard_t(3, 4000) * 1e6, rng.random(4000) + 1e9):
        values = np.quantile(numbers, np.linspace(0, 1, 65))
        assert scale_of(values, scores, 1.0).grid is not None
    assert scale_of(np.append(np.arange(64) / 1e6, [1e6]), scores, 1.0).grid is not None
    two = np.concatenate([np.arange(32) / 1e6, 1e6 + np.arange(33) / 1e6])
    assert scale_of(two, scores, 1.0).grid is None


def test_quantiles_closer_than_the_grid_rounds_are_told_apart() -> None:
    rounded = np.append(1.0 + np.arange(64) * 2.0**-52, 1.5)
    scale = scale_of(rounded, np.linspace(-2, 2, 65), 1.0)
    numbers = np.tile(rounded, 20)

    assert scale.grid is not None
    np.testing.assert_array_equal(scale.of(numbers), plain(scale, numbers))


def test_few_numbers_have_the_scores_that_they_have_among_many() -> None:
    rng = np.random.default_rng(1)
    values = np.sort(rng.normal(size=65))
    scale = scale_of(values, np.linspace(-2, 2, 65), 1.0)
    numbers = rng.normal(size=5_000) * 2

    np.testing.assert_array_equal(scale.of(numbers)[:10], scale.of(numbers[:10]))
