"""PW210: a column far ahead of all others alerts; where several are strong, none is suspicious."""

import numpy as np
import pytest

from pipeweave_dagster.core.quality.guardrails.leakage.strong_predictor import _others

N = 1000


@pytest.mark.parametrize(
    ("leaders", "others"),
    [
        (["a"], "the other columns"),
        (["a", "b"], "apart from 'b', the other columns"),
        (["a", "b", "c"], "apart from 2 that stand out as well, the other columns"),
    ],
)
def test_the_others_are_those_that_do_not_stand_out(leaders, others):
    assert _others(leaders, "a") == others


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


def test_classes_that_many_columns_separate_pass(leaks, rng):
    y = rng.integers(0, 2, N)
    columns = {f"x{i}": y * (3 - i / 4) + rng.normal(size=N) for i in range(6)}
    assert leaks(columns | {"y": y}) == []


def test_two_columns_far_ahead_of_the_others_alert(leaks, rng):
    y = rng.normal(50, 10, N)
    grade = np.round(y / 2 + rng.normal(0, 0.5, N))
    columns = {f"x{i}": y + rng.normal(0, 15, N) for i in range(6)}
    columns |= {"grade": grade, "subgrade": y + rng.normal(0, 1.5, N), "y": y}
    found = leaks(columns, "regression")
    assert found == [("PW210", "alerted", "grade"), ("PW210", "alerted", "subgrade")]


def test_a_one_hot_encoded_outcome_alerts_wherever_its_flags_stand(leaks, rng):
    y = rng.choice(["a", "b", "c"], N)
    code = np.where(
        rng.random(N) < 0.03, rng.integers(0, 6, N), 2 * np.searchsorted(list("abc"), y)
    )
    code = code + (rng.random(N) < 0.5) * (code % 2 == 0)
    flags = {f"k{i}": (code == i).astype(int) for i in range(6)}
    other = {f"x{i}": rng.normal(size=N) for i in range(4)} | {"f": rng.integers(0, 2, N)}
    columns = other | flags
    order = rng.permutation(list(columns))
    found = leaks({name: columns[name] for name in order} | {"y": y}, "multiclass")
    assert [(f[0], f[1], set(f[2:])) for f in found if f[0] == "PW210"] == [
        ("PW210", "alerted", set(flags))
    ]


def test_beside_a_proven_leak_weaker_columns_alert_too(leaks, rng):
    y = rng.integers(0, 2, N)
    event = np.where(rng.random(N) < 0.12, 1 - y, y) + rng.normal(0, 0.3, N)
    columns = {f"x{i}": rng.normal(size=N) for i in range(4)} | {"event": event, "y": y}
    assert leaks(columns) == [], "a skill of 0.7 alone is no sign"
    found = leaks(columns | {"copy": np.where(y == 1, "P", "F")})
    assert ("PW210", "alerted", "event") in found
