"""PW205: one nearly perfect column, far ahead of the others, is blocked."""

import numpy as np

N = 1000


def test_a_nearly_perfect_column_far_ahead_of_the_rest_is_blocked(leaks, rng):
    y = rng.integers(0, 2, N)
    columns = {"odd": y + rng.normal(0, 0.22, N), "x": rng.normal(size=N), "y": y}
    assert leaks(columns) == [("PW205", "blocked", "odd")]


def test_a_nearly_perfect_column_beside_a_strong_one_only_alerts(leaks, rng):
    y = rng.integers(0, 2, N)
    columns = {f"x{i}": y + rng.normal(0, 0.22 + 0.15 * i, N) for i in range(3)}
    found = leaks({**columns, "y": y})
    assert {state for _, state, *_ in found} == {"alerted"}


def test_several_nearly_perfect_columns_show_that_the_classes_are_easy(leaks, rng):
    y = rng.integers(0, 2, N)
    columns = {f"x{i}": 10 + 5 * y + rng.normal(0, 1.2, N) for i in range(3)}
    found = leaks({**columns, "noise": rng.normal(size=N), "y": y})
    assert "blocked" not in {state for _, state, *_ in found}


def test_a_leak_and_its_copy_are_blocked(leaks, rng):
    y = rng.integers(0, 2, N)
    odd = y + rng.normal(0, 0.22, N)
    found = leaks({"odd": odd, "odd_cm": odd * 100, "x": rng.normal(size=N), "y": y})
    assert {name for _, state, name in found if state == "blocked"} == {"odd", "odd_cm"}


def test_sizes_in_several_columns_are_no_proof(leaks, rng):
    y = rng.integers(0, 3, N)
    columns = {
        f"d{i}": (np.array([6, 8, 10])[y] + rng.normal(0, 0.2, N)).round(2) for i in range(2)
    }
    found = leaks({**columns, "x": rng.normal(size=N), "y": y}, "multiclass")
    assert "blocked" not in {state for _, state, *_ in found}
