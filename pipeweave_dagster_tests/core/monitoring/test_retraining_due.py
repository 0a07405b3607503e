"""When a model is due for retraining."""

import datetime as dt

import pytest

from pipeweave_dagster.core.documents.settings import RetrainSetting
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.landing import parse_settings
from pipeweave_dagster.core.monitoring.retraining_due import why_due

DAY = 86_400.0
MONDAY = dt.datetime(2026, 11, 16, 12, tzinfo=dt.UTC).timestamp()


def test_nothing_is_due_by_itself() -> None:
    assert why_due(RetrainSetting(), None, trained_at=0, now=9e9) is None


def test_age_counts_and_the_data_sets_own_limit_wins() -> None:
    own = RetrainSetting(max_age_days=30)
    assert why_due(own, 1, trained_at=0, now=29 * DAY) is None
    reason = why_due(own, 1, trained_at=0, now=31 * DAY)
    assert reason is not None
    assert "31.0 days" in reason
    assert why_due(RetrainSetting(), 1, trained_at=0, now=2 * DAY) is not None


def test_a_schedule_is_due_once_it_has_fired() -> None:
    weekly = RetrainSetting(cron="0 3 * * 1")
    assert why_due(weekly, None, trained_at=MONDAY, now=MONDAY + 6 * DAY) is None
    reason = why_due(weekly, None, trained_at=MONDAY, now=MONDAY + 7 * DAY)
    assert reason is not None
    assert "0 3 * * 1" in reason


def test_a_schedule_that_is_none_is_refused() -> None:
    with pytest.raises(PipeWeaveError, match="not a cron expression"):
        parse_settings(b"retrain: {cron: whenever}")
