"""PW205: one nearly perfect column, far ahead of the others, is blocked."""

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
