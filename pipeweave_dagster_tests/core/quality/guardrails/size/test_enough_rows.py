"""PW801: too few rows for the number of features."""

import pytest

from pipeweave_dagster_tests.factories import brief


@pytest.mark.parametrize(("rows", "features"), [(200, 1), (600, 150)])
def test_few_rows_alert(findings_of, rng, rows, features):
    columns = {f"x{i}": rng.random(rows) for i in range(features)}
    found = findings_of("PW801", {**columns, "y": ["a", "b"] * (rows // 2)})
    assert brief(found) == [("PW801", "alerted")]


def test_enough_rows_pass(findings_of, rng):
    assert findings_of("PW801", {"x": rng.random(600), "y": ["a", "b"] * 300}) == []
