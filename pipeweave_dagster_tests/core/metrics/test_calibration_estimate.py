"""The calibration error of right probabilities is 0, and its interval holds the true one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeweave_dagster.core.metrics.all_metrics import calibration_error, score_bins
from pipeweave_dagster.core.metrics.bootstrap import with_intervals
from pipeweave_dagster.core.metrics.calibration_estimate import calibration_estimate


def drawn(rng, rows, too_sure):
    """Return classes, predicted and true probabilities; the log odds are too large by a factor."""
    odds = rng.normal(-1, 1.5, rows)
    true = 1 / (1 + np.exp(-odds * (1 - too_sure)))
    return rng.random(rows) < true, 1 / (1 + np.exp(-odds)), true


def error_of(too_sure):
    """Return the error that no chance adds to."""
    _, predicted, true = drawn(np.random.default_rng(0), 200_000, too_sure)
    gaps = np.bincount(score_bins(predicted), weights=predicted - true)
    return np.abs(gaps).sum() / len(true)


@pytest.mark.parametrize("rows", [60, 1500])
@pytest.mark.parametrize("too_sure", [0, 0.2, 0.5])
def test_the_interval_holds_the_error_as_often_as_it_says(rows, too_sure):
    truth, rng = error_of(too_sure), np.random.default_rng(rows)
    found = [calibration_estimate(*drawn(rng, rows, too_sure)[:2]) for _ in range(100)]
    assert 89 <= sum(e.low <= truth <= e.high for e in found) <= 100
    if truth < 1e-9:
        assert np.median([e.value for e in found]) < 0.1 / np.sqrt(rows)


def test_few_rows_do_not_make_right_probabilities_look_wrong():
    y, predicted, _ = drawn(np.random.default_rng(1), 80, 0)
    found = with_intervals(y.astype(int), np.c_[1 - predicted, predicted], 2)["calibration_error"]
    assert calibration_error(y, predicted) > 0.07
    assert found.low == 0
    assert found.value < 0.05


@given(
    st.integers(1, 200), st.integers(0, 10**6), st.sampled_from([0, 1, 3]), st.booleans(),
    st.booleans(),
)  # fmt: skip
def test_the_estimate_is_within_its_interval(rows, seed, decimals, weighted, clustered):
    rng = np.random.default_rng(seed)
    scores = np.round(rng.random(rows), decimals)
    weight = rng.random(rows) + 0.01 if weighted else None
    cluster = rng.integers(0, 5, rows) if clustered else None
    found = calibration_estimate(rng.random(rows) < 0.5, scores, weight, cluster)
    assert 0 <= found.low <= found.value <= found.high <= 1


def test_certain_predictions():
    y = np.arange(200) % 2 == 1
    right, wrong = calibration_estimate(y, y * 1.0), calibration_estimate(y, 1.0 - y)
    assert (right.value, right.low, right.high) == (0, 0, 0)
    assert wrong.value == pytest.approx(1, abs=1e-6)


def test_rows_of_a_group_are_not_independent():
    y, predicted, _ = drawn(np.random.default_rng(2), 300, 0)
    single = calibration_estimate(y, predicted)
    copies, group = np.repeat(np.arange(300), 9), np.repeat(np.arange(300), 9)
    together = calibration_estimate(y[copies], predicted[copies], cluster=group)
    apart = calibration_estimate(y[copies], predicted[copies])
    assert together.high == pytest.approx(single.high, rel=0.1)
    assert apart.high - apart.low < 0.6 * (single.high - single.low)


def test_weights_count_as_rows():
    y, predicted, _ = drawn(np.random.default_rng(3), 4000, 0.5)
    weight = np.where(np.arange(4000) < 2000, 1.0, 1e-9)
    weighted, half = (
        calibration_estimate(y, predicted, weight),
        calibration_estimate(y[:2000], predicted[:2000]),
    )
    assert weighted.value == pytest.approx(half.value, rel=0.1)
    assert weighted.high - weighted.low == pytest.approx(half.high - half.low, rel=0.15)


def test_the_unit_of_weights_does_not_matter():
    y, predicted, _ = drawn(np.random.default_rng(4), 40, 0)
    plain, scaled = (calibration_estimate(y, predicted, np.full(40, w)) for w in (1.0, 9.0))
    assert scaled.model_dump() == pytest.approx(plain.model_dump())
