"""PW509: settings of columns that do not exist."""

from pipeweave_dagster.core.documents import ColumnSetting, DatasetSettings


def test_a_setting_of_a_missing_column_names_the_nearest_one(findings_of, rng):
    y = rng.integers(0, 2, 600)
    settings = DatasetSettings(
        columns={
            "Senior": ColumnSetting(type="boolean"),
            "seniorcitizen": ColumnSetting(drop=True),
        }
    )
    [finding] = findings_of("PW509", {"SeniorCitizen": y, "y": y}, settings=settings)
    assert (finding.state, finding.evidence) == ("alerted", {"setting": "Senior"})
    assert "SeniorCitizen" in finding.proposal


def test_settings_of_existing_columns_pass(findings_of, rng):
    settings = DatasetSettings(columns={"x": ColumnSetting(drop=True)})
    columns = {"x": rng.random(60), "y": ["a", "b"] * 30}
    assert findings_of("PW509", columns, settings=settings) == []
