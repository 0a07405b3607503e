"""PW603: rows of different times call for a split by time where it matters."""

import datetime as dt

import pytest

from pipeweave_dagster.core.documents import DatasetSettings, SplitSetting
from pipeweave_dagster_tests.factories import brief

N = 100  # too few rows to measure a gap


@pytest.fixture(params=["hours", "days"])
def columns(request, rng):
    first = dt.datetime(2013, 1, 1)  # noqa: DTZ001
    moments = [first + dt.timedelta(**{request.param: i // 2}) for i in range(N)]
    return {"time": moments, "x": rng.normal(size=N), "y": rng.integers(0, 2, N)}


def test_few_sorted_rows_with_a_random_split_alert(findings_of, columns):
    found = findings_of("PW603", columns)
    assert brief(found) == [("PW603", "alerted", "time")]
    assert found[0].patch == {"split": {"time": "time"}}
    assert "may be optimistic" in found[0].message
    assert "not measured" in found[0].message
    assert "set split: {time: time}" in found[0].proposal


def test_a_date_that_only_goes_along_with_the_sorted_one_is_not_in_order(findings_of, rng):
    first = dt.datetime(2013, 1, 1)  # noqa: DTZ001
    booked = [first + dt.timedelta(days=float(i) - rng.integers(0, 14)) for i in range(N)]
    columns = {"booked": booked, "x": rng.normal(size=N), "y": rng.integers(0, 2, N)}
    assert findings_of("PW603", columns) == []


@pytest.mark.parametrize(
    "split", [SplitSetting(time="time"), SplitSetting(random=True), SplitSetting(group="x")]
)
def test_a_split_in_the_settings_settles_it(findings_of, columns, split):
    assert findings_of("PW603", columns, settings=DatasetSettings(split=split)) == []


def test_few_shuffled_rows_pass(findings_of, columns, rng):
    shuffled = [columns["time"][i] for i in rng.permutation(N)]
    assert findings_of("PW603", {**columns, "time": shuffled}) == []


def test_a_measured_gap_divides_the_rows_by_time(findings_of, by_time):
    [finding] = findings_of("PW603", by_time, "regression")
    assert (finding.state, finding.columns) == ("fixed", ["day"])
    assert finding.patch == {"split": {"time": "day"}}
    assert "the latest rows are the test rows" in finding.message
    assert "random: true" in finding.proposal


def test_a_refused_split_by_time_alerts(findings_of, by_time):
    settings = DatasetSettings(split=SplitSetting(random=True))
    [finding] = findings_of("PW603", by_time, "regression", settings=settings)
    assert finding.state == "alerted"
    assert "optimistic for later rows" in finding.message


def test_a_date_without_influence_passes_with_figures(findings_of, plain):
    [finding] = findings_of("PW603", plain, "regression")
    assert finding.state == "passed"
    assert finding.evidence["low"] <= finding.evidence["gap"] <= finding.evidence["high"]
