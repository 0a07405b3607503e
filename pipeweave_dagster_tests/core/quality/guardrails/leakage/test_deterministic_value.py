"""PW211: gaps, zeros and flags that determine the class; single values of measurements do not."""

import numpy as np
import pytest

N = 1000


def test_a_flag_that_determines_the_class_alerts(leaks, rng):
    y = rng.integers(0, 2, N)
    flag = ((y == 1) & (rng.random(N) < 0.3)).astype(int)
    found = leaks({"flag": flag, "x": rng.normal(size=N), "y": y})
    assert found == [("PW211", "alerted", "flag")]


@pytest.mark.parametrize("none", [None, 0.0])
def test_an_amount_that_only_one_class_has_alerts(leaks, rng, none):
    y = rng.integers(0, 2, N)
    late = (y == 1) & (rng.random(N) < 0.3)
    amounts = np.round(rng.gamma(2, 9, N) + 1, 2).tolist()
    fee = [amount if is_late else none for amount, is_late in zip(amounts, late, strict=True)]
    found = leaks({"fee": fee, "x": rng.normal(size=N), "y": y})
    assert found == [("PW211", "alerted", "fee")]


def test_a_text_none_that_only_one_class_has_alerts(leaks, rng):
    y = rng.integers(0, 2, N)
    code = np.where((y == 1) & (rng.random(N) < 0.4), "00000", rng.integers(11111, 99999, N) // 900)
    found = leaks({"code": [f"c{c}" if c != "00000" else c for c in code], "y": y})
    assert ("PW211", "alerted", "code") in found


def test_flags_and_categories_of_classes_that_are_easy_to_separate_pass(findings_of, rng):
    """As in the mushroom data: an odour that only poisonous ones have is no sign of a leak."""
    y = rng.integers(0, 2, N)
    columns = {f"x{i}": 1.5 * y + rng.normal(size=N) for i in range(6)}
    columns["odour"] = np.where(
        (y == 1) & (rng.random(N) < 0.4), "foul", rng.choice(["no", "fish"], N)
    )
    columns["flag"] = ((y == 1) & (rng.random(N) < 0.3)).astype(int)
    assert findings_of("PW211", {**columns, "y": y}) == []


def test_a_category_whose_class_the_other_columns_leave_open_alerts(leaks, rng):
    """As in hospital data: who died was not readmitted, whatever else is known of them."""
    y = rng.choice(["again", "never"], N, p=[0.4, 0.6])
    ways = np.where((y == "never") & (rng.random(N) < 0.3), "expired", rng.choice(list("abcd"), N))
    found = leaks({"way": ways, "x": rng.normal(size=N), "y": y})
    assert found == [("PW211", "alerted", "way")]


def test_beside_a_proven_leak_all_such_flags_alert(findings_of, rng):
    y = rng.integers(0, 2, N)
    columns = {f"f{i}": ((y == 1) & (rng.random(N) < 0.3)).astype(int) for i in range(6)}
    copy = np.where(y == 1, "P", "F")
    found = findings_of("PW211", {**columns, "copy": copy, "y": y})
    assert [f.columns for f in found] == [[name] for name in columns]


def test_a_single_value_of_a_measurement_passes(findings_of, rng):
    y = rng.integers(0, 2, N)
    level = np.where((y == 1) & (rng.random(N) < 0.2), 17, rng.integers(1, 60, N))
    assert findings_of("PW211", {"level": level, "y": y}) == []


def test_an_impure_value_and_a_rare_one_pass(findings_of, rng):
    y = rng.integers(0, 2, N)
    impure = np.where(rng.random(N) < 0.2, 1 - y, y) * (rng.random(N) < 0.3)
    rare = (np.arange(N) < 15) * y
    assert findings_of("PW211", {"impure": impure, "rare": rare, "y": y}) == []
