"""PW203: missingness that determines the target is proof, a strong relation is an alert."""

import numpy as np
import pytest

N = 1000


def nulls(values):
    return [None if np.isnan(value) else float(value) for value in values]


@pytest.fixture
def xy(rng):
    return rng.normal(size=N), rng.integers(0, 2, N)


def test_a_field_filled_in_afterwards_is_blocked_and_so_is_its_flag(leaks, xy):
    x, y = xy
    date = [
        None if label == 0 or i % 40 == 0 else float(value)
        for i, (label, value) in enumerate(zip(y, x, strict=True))
    ]
    flag = [int(value is not None) for value in date]
    found = leaks({"date": date, "flag": flag, "x": x, "y": y})
    assert found == [("PW203", "blocked", "date"), ("PW203", "blocked", "flag")]


@pytest.mark.parametrize(("share", "found"), [(0.8, [("PW203", "alerted", "lean")]), (0.6, [])])
def test_a_strong_relation_alerts_and_a_weak_one_passes(leaks, xy, rng, share, found):
    x, y = xy
    lean = np.where(rng.random(N) < np.where(y == 1, share, 1 - share), np.nan, x)
    assert leaks({"lean": nulls(lean), "x": x, "y": y}) == found


def test_missingness_that_splits_a_numeric_target_is_blocked(leaks, rng):
    number = rng.gamma(2, 50, N)
    late = np.where(number > np.median(number), np.nan, rng.normal(size=N))
    found = leaks({"late": nulls(late), "x": rng.normal(size=N), "y": number}, "regression")
    assert found == [("PW203", "blocked", "late")]
