"""Continuous functions of a number jump nowhere; noisy measurements and noise do."""

import numpy as np
import pytest

from pipeweave_dagster.core.columns.smooth_function import jumps_along, noisy_rows


def jumps(x, y):
    order = np.argsort(y, kind="stable")
    return jumps_along(np.unique(x, return_inverse=True)[1][order], y[order])


@pytest.mark.parametrize("f", [np.exp, np.square, np.cos, lambda y: np.abs(y - 0.3)])
def test_a_function_jumps_only_where_targets_are_sparse(f):
    y = np.random.default_rng(0).normal(size=1000)
    found = jumps(f(y), y)
    assert found is not None
    assert found <= 10


@pytest.mark.parametrize("noise", [0.02, 0.1, 1])
def test_measurements_jump(noise):
    rng = np.random.default_rng(0)
    y = rng.random(1000)
    found = jumps(y + noise * rng.normal(size=1000), y)
    assert found is None or found > 50


def test_few_values_say_nothing():
    y = np.arange(1000.0)
    assert jumps(y // 100, y) is None
    assert jumps(y, y // 100) is None


@pytest.mark.parametrize("digits", [2, 9])
@pytest.mark.parametrize("noise", [0.005, 0.02])
def test_measurements_of_the_same_thing_are_noisy(noise, digits):
    """With equal targets or without, as the width of a diamond for its weight."""
    rng = np.random.default_rng(0)
    y = np.sort(rng.gamma(3, 1, 4000).round(digits))
    width = np.cbrt(y + 0.1) * (1 + noise * rng.normal(size=4000))
    assert noisy_rows(width, y) > 2000


@pytest.mark.parametrize("f", [np.exp, np.square, np.cos, np.log1p, lambda y: np.abs(y - 0.3)])
@pytest.mark.parametrize("rows", [200, 4000])
def test_functions_are_not(f, rows):
    y = np.sort(np.random.default_rng(0).gamma(3, 0.3, rows))
    assert noisy_rows(f(y).round(6), y) < 0.1 * rows
