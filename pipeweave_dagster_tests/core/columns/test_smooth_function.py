"""Continuous functions of a number jump nowhere; noisy measurements and noise do."""

import numpy as np
import pytest

from pipeweave_dagster.core.columns.smooth_function import jumps_along


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
