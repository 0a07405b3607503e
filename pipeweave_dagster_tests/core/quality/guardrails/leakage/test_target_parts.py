"""PW208: the parts of a sum that is the target."""

import numpy as np
import pytest

N = 1000


@pytest.mark.parametrize(("noise", "state"), [(0.0, "blocked"), (0.8, "alerted")])
def test_parts_of_an_exact_sum_are_blocked_and_of_a_noisy_one_alert(leaks, rng, noise, state):
    parts = {f"p{i}": np.round(rng.gamma(2, 3, N), 2) for i in range(5)}
    total = np.sum(list(parts.values()), axis=0) + noise * rng.normal(size=N)
    found = leaks({**parts, "x": rng.normal(size=N), "y": total}, "regression")
    assert {f for f in found if f[0] == "PW208"} == {("PW208", state, p) for p in parts}


def test_unequal_weights_and_strong_noise_pass(findings_of, rng):
    parts = {f"p{i}": rng.gamma(2, 3, N) for i in range(5)}
    weighted = sum(10**i * part for i, part in enumerate(parts.values()))
    noisy = sum(parts.values()) + rng.normal(0, 20, N)
    assert findings_of("PW208", {**parts, "y": weighted}, "regression") == []
    assert findings_of("PW208", {**parts, "y": noisy}, "regression") == []


@pytest.mark.parametrize("offset", [0.0, 1e9, -1e12])
def test_a_large_offset_of_the_target_does_not_change_the_finding(findings_of, rng, offset):
    parts = {f"p{i}": rng.integers(0, 100, 600).astype(float) for i in range(4)}
    columns = {**parts, "y": offset + sum(parts.values())}
    found = findings_of("PW208", columns, "regression")
    assert [f.state for f in found] == ["blocked"] * 4
    assert all(f.evidence["r2"] <= 1 for f in found)
