"""Intervals of few groups hold the score of all groups as often as they say."""

import numpy as np
import pytest

from pipeweave_dagster.core.metrics.bootstrap import interval_of, with_intervals
from pipeweave_dagster.core.metrics.few_groups import jackknife_half_width, without_each
from pipeweave_dagster.core.metrics.paired_test import paired
from pipeweave_dagster.core.metrics.score_range import around, is_error

TIMES = 120


def errors_of(groups: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return errors of 12 rows per group, each of which has a shift of its own, and the groups."""
    rng = np.random.default_rng(seed)
    cluster = np.repeat(np.arange(groups), 12)
    return rng.normal(size=groups)[cluster] + rng.normal(0, 0.5, 12 * groups), cluster


@pytest.mark.slow
@pytest.mark.parametrize("groups", [4, 6, 12, 25])
def test_intervals_cover_the_truth(groups: int) -> None:
    inside, truth = [], np.sqrt(1.25 * 2 / np.pi)
    for seed in range(TIMES):
        errors, cluster = errors_of(groups, seed)
        found = interval_of("mae", errors, np.zeros(len(errors)), cluster=cluster)
        low, high = found.low or 0, found.high or np.inf  # none where it would say nothing
        inside.append(low <= truth <= high)
    assert np.mean(inside) >= 0.88


@pytest.mark.slow
def test_paired_tests_of_few_groups_rarely_err() -> None:
    """Two models that differ by chance, and more from group to group than from row to row."""
    wrong = []
    for seed in range(TIMES):
        rng = np.random.default_rng(seed)
        cluster = np.repeat(np.arange(6), 20)
        y = rng.normal(size=120)
        outputs = [rng.normal(size=6)[cluster] for _ in range(2)]
        found = paired("rmse", y, *outputs, "the other", cluster=cluster)
        wrong.append(found.verdict != "not distinguishable")
    assert np.mean(wrong) <= 0.09


def test_two_groups_give_no_interval_of_an_error_and_one_group_gives_none_at_all() -> None:
    errors, cluster = errors_of(2, 1)
    found = with_intervals(errors, np.zeros(24), 0, cluster=cluster)
    assert found["rmse"].value is not None
    assert found["rmse"].low is None
    one = with_intervals(errors, np.zeros(24), 0, cluster=np.zeros(24, dtype=np.intp))
    assert all(estimate.low is None for estimate in one.values())


def test_probabilities_stay_probabilities_and_many_groups_are_as_before() -> None:
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 600)
    proba = np.clip(0.5 + (y - 0.5) * 0.3 + rng.normal(0, 0.2, 600), 0.01, 0.99)
    output = np.column_stack([1 - proba, proba])
    few = with_intervals(y, output, 2, cluster=np.arange(600) % 5)
    many = with_intervals(y, output, 2, cluster=np.arange(600) % 40)
    assert without_each(np.arange(600) % 40) is None
    for name in ("roc_auc", "accuracy", "recall", "f1"):
        low, high = few[name].low, few[name].high
        assert low is not None
        assert high is not None
        assert 0 <= low <= (few[name].value or 0) <= high <= 1
    assert few["calibration_error"].low is None
    assert many["calibration_error"].low is not None


def test_the_jackknife_of_a_mean_is_the_t_interval() -> None:
    values = np.array([1.0, 2.0, 4.0, 9.0])
    without = [float(np.delete(values, k).mean()) for k in range(4)]
    expected = 3.182446 * values.std(ddof=1) / 2
    assert jackknife_half_width(4.0, without) == pytest.approx(expected, rel=1e-6)
    assert jackknife_half_width(4.0, [*without[:3], None]) is None
    assert jackknife_half_width(4.0, [4.0]) is None


@pytest.mark.parametrize("metric", ["rmse", "r2", "roc_auc", "log_loss"])
def test_intervals_stay_in_the_range_of_the_metric(metric: str) -> None:
    low, high = around(metric, 0.8, 0.9)
    assert low < 0.8 < high
    assert (low < 0) == (metric == "r2")
    assert (high > 1) == is_error(metric)


@pytest.mark.parametrize(("groups", "is_compared"), [(1, False), (2, False), (3, True)])
def test_two_groups_compare_nothing(groups: int, is_compared: bool) -> None:
    rng = np.random.default_rng(0)
    y, cluster = rng.normal(size=90), np.arange(90) % groups
    found = paired("rmse", y, y * 0.9, y * 0.5, "the other", cluster=cluster)
    assert (found.verdict != "not compared") == is_compared
    assert found.rows == 90
