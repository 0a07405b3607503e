"""PW509: settings of columns that do not exist."""

from datetime import date

import pytest

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


@pytest.mark.parametrize("form", ["date:%d.%m.%Y", "datetime:%d/%m/%Y %H:%M", "time:%H:%M"])
def test_a_date_format_of_other_data_is_reported_with_what_was_read_instead(findings_of, form):
    days = [date(2024, 1, 1 + i % 28) for i in range(60)]
    settings = DatasetSettings(columns={"day": ColumnSetting(type=form)})
    found = findings_of("PW509", {"day": days, "y": ["a", "b"] * 30}, settings=settings)
    if form.startswith("date:"):
        assert found == []  # a date of a typed file has no format to compare with
        return
    assert form in found[0].message
    assert "read as date" in found[0].message
