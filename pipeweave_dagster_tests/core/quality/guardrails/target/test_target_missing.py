"""PW104: rows without a target value are counted."""

import pytest

from pipeweave_dagster_tests.factories import brief


@pytest.mark.parametrize(("missing", "state"), [(10, "alerted"), (1, "fixed")])
def test_rows_without_a_target_value_are_counted(findings_of, rng, missing, state):
    columns = {"x": rng.random(200), "y": [None] * missing + ["a", "b"] * 100}
    columns["y"] = columns["y"][:200]
    found = findings_of("PW104", columns)
    assert brief(found) == [("PW104", state, "y")]
    assert found[0].evidence["missing"] == missing


def test_a_complete_target_passes(findings_of, rng):
    assert findings_of("PW104", {"x": rng.random(200), "y": ["a", "b"] * 100}) == []
