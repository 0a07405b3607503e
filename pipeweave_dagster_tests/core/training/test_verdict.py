"""A model is told from chance, also where one row outweighs all others."""

import numpy as np
import pytest

from pipeweave_dagster.core.training.verdict import verdict

ROWS = 600


def constant(y, metric="rmse"):
    return np.full(len(y), np.median(y) if metric == "mae" else y.mean())


@pytest.mark.parametrize("metric", ["rmse", "mae", "r2"])
def test_one_far_outlier_does_not_hide_a_relation(metric):
    rng = np.random.default_rng(3)
    y = rng.normal(80, 3, ROWS)
    output = y + rng.normal(0, 0.3, ROWS)
    y[17] = -400.0
    output[17] = -100.0
    assert verdict(metric, y, output, constant(y, metric))[0] == "model"


@pytest.mark.parametrize("metric", ["rmse", "mae"])
def test_chance_stays_chance_for_long_tails(metric):
    """Outputs near the median beat the mean on most rows of a long tail, and know nothing."""
    rng = np.random.default_rng(4)
    told = []
    for _ in range(300):
        y = rng.lognormal(0, 2, ROWS)
        output = np.median(y) + rng.normal(0, 0.2, ROWS)
        told.append(verdict(metric, y, output, constant(y, metric))[0] == "model")
    assert np.mean(told) <= 0.01


def test_an_order_without_any_gain_is_no_model():
    rng = np.random.default_rng(5)
    y = rng.normal(0, 1, ROWS)
    assert verdict("rmse", y, 10 * y + 20, constant(y))[0] == "no signal"
