"""PW210: a strong predictor alerts, since a legitimate one looks the same."""

N = 1000


def test_a_strong_predictor_only_alerts(leaks, rng):
    y = rng.integers(0, 2, N)
    columns = {"strong": y + rng.normal(0, 0.45, N), "x": rng.normal(size=N), "y": y}
    assert leaks(columns) == [("PW210", "alerted", "strong")]


def test_usual_predictors_pass(leaks, rng):
    y = rng.integers(0, 2, N)
    usual = rng.normal(size=N) + 0.8 * y
    columns = {"usual": usual, "x": rng.normal(size=N), "k": rng.integers(0, 9, N), "y": y}
    assert leaks(columns) == []
    number = rng.gamma(2, 50, N)
    assert leaks({"usual": number + rng.normal(0, 60, N), "y": number}, "regression") == []
