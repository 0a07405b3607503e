"""Scores of single columns are those of the textbook."""

import numpy as np
import pytest

from pipeweave_dagster.core.columns import predictive_power as powers


def test_rank_correlation_agrees_with_its_definition():
    rng = np.random.default_rng(0)
    x, y = rng.integers(0, 5, 60).astype(np.int32), rng.integers(0, 7, 60).astype(np.int32)
    ranks = [np.array([((v < w).sum() + (v == w).sum() / 2) for w in v]) for v in (x, y)]
    assert powers.rank_correlation(x, y) == pytest.approx(np.corrcoef(*ranks)[0, 1])


def test_noise_has_no_power_and_a_copy_has_all(column_and_target):
    rng = np.random.default_rng(0)
    y = rng.normal(size=4000)
    half = powers.split_halves(4000)
    x, target = column_and_target(rng.normal(size=4000), y, "regression")
    assert abs(powers.power(*powers.binned(x), target, half).value) < 0.1
    x, target = column_and_target(y, y, "regression")
    assert powers.power(*powers.binned(x), target, half).value > 0.98


def test_bins_have_equal_shares_and_do_not_split_equal_values(column_and_target):
    values = np.concatenate([np.zeros(500), np.arange(1, 501)])
    x, _ = column_and_target(values, np.arange(1000) % 2)
    codes, levels = powers.binned(x, 10)
    assert levels <= 11
    assert len(set(codes[:500])) == 1
