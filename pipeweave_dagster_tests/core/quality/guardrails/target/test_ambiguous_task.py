"""PW106: the open question of the schema deduction is passed on."""

from pipeweave_dagster.core.documents import DatasetSettings


def test_the_question_of_the_schema_is_passed_on(findings_of, rng):
    columns = {"x": rng.random(200), "y": ["a", "b"] * 100}
    [finding] = findings_of("PW106", columns, question="Is y a rank?")
    assert (finding.state, finding.columns) == ("alerted", ["y"])
    assert DatasetSettings.model_validate(finding.patch).target == "y"


def test_without_a_question_it_passes(findings_of, rng):
    assert findings_of("PW106", {"x": rng.random(200), "y": ["a", "b"] * 100}) == []
