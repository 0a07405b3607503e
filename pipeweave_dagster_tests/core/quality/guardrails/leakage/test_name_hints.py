"""PW213: names that suggest the outcome, of columns that are predictive."""

import pytest

from pipeweave_dagster.core.documents import ColumnSetting, DatasetSettings
from pipeweave_dagster_tests.factories import brief

N = 2000


@pytest.fixture
def columns(rng):
    x, y = rng.normal(size=N), (rng.random(N) < 0.3).astype(int)
    return {
        "call_duration": x + y,
        "risk_prediction": x + y + 1e-3 * x**2,
        "final_noise": rng.normal(size=N),
        "age": (x + y) ** 3,
        "y": y,
    }


def test_a_predictive_column_named_like_an_outcome_or_a_later_event_alerts(findings_of, columns):
    assert brief(findings_of("PW213", columns)) == [
        ("PW213", "alerted", "call_duration"),
        ("PW213", "alerted", "risk_prediction"),
    ]


def test_a_declared_known_at_settles_it(findings_of, columns):
    declared = DatasetSettings(columns={"call_duration": ColumnSetting(known_at="before")})
    found = findings_of("PW213", columns, settings=declared)
    assert brief(found) == [("PW213", "alerted", "risk_prediction")]


def test_a_variant_of_the_name_of_the_target_alerts(findings_of, rng):
    x, y = rng.normal(size=N), (rng.random(N) < 0.3).astype(int)
    columns = {"bar_passed_late": x + y, "bar": x - y, "pass_bar": y}
    found = findings_of("PW213", columns, target="pass_bar")
    assert brief(found) == [("PW213", "alerted", "bar_passed_late")]
