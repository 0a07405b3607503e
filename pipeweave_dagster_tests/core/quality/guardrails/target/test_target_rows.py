"""PW103: too few labeled rows, or too few of a second class, are blocked."""

import pytest

from pipeweave_dagster_tests.factories import brief


@pytest.mark.parametrize("labels", [["a", "b"] * 5, ["a"] * 46 + ["b"] * 4])
def test_too_few_rows_or_rows_of_a_class_are_blocked(inspect_columns, rng, labels):
    found = inspect_columns({"x": rng.random(len(labels)), "y": labels})
    assert brief(found.blocked) == [("PW103", "blocked", "y")]


def test_enough_rows_of_two_classes_pass(findings_of, rng):
    assert findings_of("PW103", {"x": rng.random(60), "y": ["a", "b"] * 30}) == []
