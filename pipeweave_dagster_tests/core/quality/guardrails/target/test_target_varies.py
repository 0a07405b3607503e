"""PW102: a constant target is blocked."""

from pipeweave_dagster_tests.factories import brief


def test_a_constant_target_is_blocked(inspect_columns, rng):
    found = inspect_columns({"x": rng.random(200), "y": ["a"] * 200})
    assert brief(found.blocked) == [("PW102", "blocked", "y")]


def test_two_classes_pass(findings_of, rng):
    assert findings_of("PW102", {"x": rng.random(200), "y": ["a", "b"] * 100}) == []
