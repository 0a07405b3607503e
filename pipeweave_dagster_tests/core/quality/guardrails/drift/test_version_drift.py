"""PW701: columns that drifted since the previous version."""

import datetime as dt

from pipeweave_dagster_tests.factories import brief


def test_a_shifted_column_alerts(findings_of, table):
    now = {**table, "x": table["x"] + 2}
    assert brief(findings_of("PW701", now, previous=table)) == [("PW701", "alerted", "x")]


def test_an_equal_version_and_later_dates_pass(findings_of, table):
    assert findings_of("PW701", table, previous=table) == []
    later = {**table, "day": [day + dt.timedelta(days=400) for day in table["day"]]}
    assert findings_of("PW701", later, previous=table) == []


def test_a_first_version_has_nothing_to_compare_with(inspect_columns, table):
    [finding] = inspect_columns(table).of_group("drift")
    assert finding.state == "passed"
    assert "no previous version" in finding.message
