"""PW101: without a usable target the run stops, and says what to do."""

from pipeweave_dagster_tests.factories import brief


def test_without_a_target_the_run_is_blocked(inspect_columns, rng):
    found = inspect_columns({"x": rng.random(200)}, target=None)
    assert brief(found.blocked) == [("PW101", "blocked")]


def test_message_and_proposal_do_not_repeat_each_other(findings_of, rng):
    [finding] = findings_of("PW101", {"x": rng.random(200)}, target=None)
    assert "target:" in finding.proposal
    assert "--target" in finding.proposal
    assert "target:" not in finding.message
    assert "`" not in finding.message + finding.proposal


def test_a_target_without_a_task_is_blocked(findings_of, rng):
    columns = {"x": rng.random(200), "y": ["a", "b"] * 100}
    [finding] = findings_of("PW101", columns, task=None)
    assert (finding.state, finding.columns) == ("blocked", ["y"])


def test_a_target_with_values_passes(findings_of, rng):
    assert findings_of("PW101", {"x": rng.random(200), "y": ["a", "b"] * 100}) == []
