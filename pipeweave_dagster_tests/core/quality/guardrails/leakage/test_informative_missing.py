"""PW203: missingness that determines the target is proof, a strong relation is an alert."""

import json

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


SPECIES = [f"rodent {i}" for i in range(6)] + ["sparrow", "lizard", "quail", "toad"]


@pytest.mark.parametrize("unmeasured", [4, 3])
def test_what_is_not_measured_for_a_group_of_classes_is_no_proof(leaks, rng, unmeasured):
    """Birds are not weighed: a weight was blocked, and with it the best feature."""
    chances = [0.93 / 6] * 6 + [0.07 / 4] * 4
    y = rng.choice(SPECIES, 4 * N, p=chances)
    none = np.isin(y, SPECIES[-unmeasured:]) | (rng.random(4 * N) < 0.02)
    weight = np.where(none, np.nan, rng.normal(size=4 * N))
    found = leaks({"weight": nulls(weight), "x": rng.normal(size=4 * N), "y": [*y]}, "multiclass")
    assert found == [("PW203", "alerted", "weight")]


def test_what_is_found_about_several_classes_can_be_stored(findings_of, rng):
    y = rng.choice(SPECIES, 4 * N, p=[0.93 / 6] * 6 + [0.07 / 4] * 4)
    weight = np.where(np.isin(y, SPECIES[-4:]), np.nan, rng.normal(size=4 * N))
    columns = {"weight": nulls(weight), "x": rng.normal(size=4 * N), "y": [*y]}
    (found,) = findings_of("PW203", columns, "multiclass")
    assert json.loads(found.model_dump_json())["evidence"]["pure"] is False


@pytest.mark.parametrize("missing_for_it", [True, False])
def test_a_field_of_one_outcome_of_several_is_proof(leaks, rng, missing_for_it):
    y = rng.choice(["open", "closed", "refused", "lost"], N, p=[0.4, 0.3, 0.2, 0.1])
    late = (rng.random(N) < 0.03) if missing_for_it else np.zeros(N, dtype=bool)
    none = ((y == "closed") == missing_for_it) | late
    reason = np.where(none, np.nan, rng.normal(size=N))
    found = leaks({"reason": nulls(reason), "x": rng.normal(size=N), "y": [*y]}, "multiclass")
    assert found == [("PW203", "blocked", "reason")]
