"""PW208: the parts of a sum that is the target."""

import numpy as np
import pytest

N = 1000


def test_parts_of_an_exact_sum_are_blocked_together(leaks, rng):
    parts = {f"p{i}": np.round(rng.gamma(2, 3, N), 2) for i in range(5)}
    total = np.sum(list(parts.values()), axis=0).round(2)
    found = leaks({**parts, "x": rng.normal(size=N), "y": total}, "regression")
    assert found == [("PW208", "blocked", *parts)]


def test_parts_of_a_noisy_sum_are_alerted(leaks, rng):
    parts = {f"p{i}": np.round(rng.gamma(2, 3, N), 2) for i in range(5)}
    total = np.sum(list(parts.values()), axis=0) + 0.8 * rng.normal(size=N)
    found = leaks({**parts, "x": rng.normal(size=N), "y": total}, "regression")
    assert {f for f in found if f[0] == "PW208"} == {("PW208", "alerted", p) for p in parts}


@pytest.mark.parametrize("parts", [3, 7, 12])
def test_parts_that_are_missing_or_rounded_singly_still_add_up(findings_of, rng, parts):
    amounts = np.where(rng.random((parts, N)) < 0.25, np.nan, rng.gamma(1.5, 10, (parts, N)))
    columns = {f"p{i}": part.round(2) for i, part in enumerate(amounts)}
    columns["y"] = np.nansum(amounts, axis=0).round(2)
    [finding] = findings_of("PW208", columns, "regression")
    assert (finding.state, len(finding.columns)) == ("blocked", parts)
    assert finding.evidence["formula"] == " + ".join(f"'p{i}'" for i in range(parts))


def test_the_rest_of_a_total_is_blocked(findings_of, rng):
    fare, tip = rng.gamma(3, 5, (2, N)).round(2)
    toll = rng.choice([0, 0, 0, 5.54], N)
    columns = {"fare": fare, "toll": toll, "total": (fare + toll + tip).round(2), "y": tip}
    [finding] = findings_of("PW208", columns, "regression")
    assert finding.message == f"'y' is 'total' - 'fare' - 'toll': exceptions 0 of {N:,} rows."


def test_a_count_of_filled_cells_is_blocked(findings_of, rng):
    seen = rng.random((4, N)) < 0.6
    columns = {f"p{i}": np.where(s, rng.integers(1, 99, N), np.nan) for i, s in enumerate(seen)}
    [finding] = findings_of("PW208", {**columns, "y": seen.sum(0)}, "regression")
    text = " + ".join(f"('p{i}' is filled)" for i in range(4))
    assert (finding.state, finding.evidence["formula"]) == ("blocked", text)


def test_weights_are_shown_and_strong_noise_passes(findings_of, rng):
    parts = {f"p{i}": rng.integers(0, 90, N) for i in range(3)}
    weighted = parts["p0"] + 10 * parts["p1"] + 100 * parts["p2"]
    [finding] = findings_of("PW208", {**parts, "y": weighted}, "regression")
    assert finding.evidence["formula"] == "'p0' + 10 * 'p1' + 100 * 'p2'"
    noisy = sum(parts.values()) + rng.normal(0, 40, N)
    assert findings_of("PW208", {**parts, "y": noisy}, "regression") == []


@pytest.mark.parametrize("offset", [0.0, 1e9, -1e12])
def test_a_large_offset_of_the_target_does_not_change_the_finding(findings_of, rng, offset):
    parts = {f"p{i}": rng.integers(0, 100, 600).astype(float) for i in range(4)}
    columns = {**parts, "y": offset + sum(parts.values())}
    [finding] = findings_of("PW208", columns, "regression")
    assert (finding.state, finding.columns) == ("blocked", list(parts))
