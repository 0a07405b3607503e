"""Bootstrap intervals hold the true score, and groups are resampled together."""

import numpy as np
import pytest

from pipeweave_dagster.core.metrics.bootstrap import with_intervals


@pytest.fixture
def rng():
    return np.random.default_rng(3)


@pytest.mark.slow
def test_intervals_cover_the_truth_as_often_as_they_say(rng):
    hits = 0
    for seed in range(60):
        y = np.random.default_rng(seed).normal(size=150)
        found = with_intervals(y, np.zeros(150), 0, seed=seed)["mae"]
        assert found.low <= found.value <= found.high
        hits += found.low <= np.sqrt(2 / np.pi) <= found.high
    assert 51 <= hits <= 60


def test_rows_of_a_group_are_resampled_together(rng):
    group = np.repeat(np.arange(50), 16)
    y = rng.normal(size=50)[group]
    alone = with_intervals(y, np.zeros(800), 0)["mae"]
    together = with_intervals(y, np.zeros(800), 0, cluster=group)["mae"]
    assert together.value == alone.value
    assert 3 < (together.high - together.low) / (alone.high - alone.low) < 5


def test_few_rows_get_no_interval():
    found = with_intervals(np.arange(5.0), np.zeros(5), 0)
    assert found["rmse"].low is None
