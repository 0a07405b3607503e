"""PW603: rows sorted by time call for a split by time."""

import datetime as dt

import pytest

from pipeweave_dagster.core.documents import DatasetSettings, SplitSetting
from pipeweave_dagster_tests.factories import brief

N = 600


@pytest.fixture(params=["hours", "days"])
def columns(request, rng):
    first = dt.datetime(2013, 1, 1)  # noqa: DTZ001
    moments = [first + dt.timedelta(**{request.param: i // 2}) for i in range(N)]
    return {"time": moments, "x": rng.normal(size=N), "y": rng.integers(0, 2, N)}


def test_sorted_rows_with_a_random_split_alert(findings_of, columns):
    found = findings_of("PW603", columns)
    assert brief(found) == [("PW603", "alerted", "time")]
    assert found[0].patch == {"split": {"time": "time"}}


def test_a_split_by_time_settles_it(findings_of, columns):
    settings = DatasetSettings(split=SplitSetting(time="time"))
    assert findings_of("PW603", columns, settings=settings) == []


def test_shuffled_rows_pass(findings_of, columns, rng):
    shuffled = [columns["time"][i] for i in rng.permutation(N)]
    assert findings_of("PW603", {**columns, "time": shuffled}) == []
