"""PW101: without a target there is a question, with an unusable one the run stops."""

from pipeweave_dagster_tests.factories import brief


def test_without_a_target_there_is_a_question_and_nothing_is_blocked(inspect_columns, rng):
    found = inspect_columns({"x": rng.random(200)}, target=None)
    assert found.blocked == []
    assert ("PW101", "alerted") in brief([f for f in found.findings if f.state == "alerted"])


def test_no_question_where_no_target_is_wanted(findings_of, rng):
    assert findings_of("PW101", {"x": rng.random(200)}, target=None, source="settings") == []


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
