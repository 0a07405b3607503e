"""When a model is due for retraining."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeweave_dagster.core.documents.automation import RetrainSetting
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.landing import parse_settings
from pipeweave_dagster.core.retraining import Facts, Rule, next_time, rule_of, why_due

DAY = 86_400.0
MONDAY = dt.datetime(2026, 11, 16, 12, tzinfo=dt.UTC).timestamp()
WEEKLY = Rule(cron="0 3 * * 1")

crons = st.none() | st.sampled_from(["0 3 * * 1", "*/5 * * * *", "0 0 1 * *", "15 6 * * 1-5"])
rules = st.builds(
    Rule,
    enabled=st.booleans(),
    cron=crons,
    max_age_days=st.none() | st.floats(0.01, 400),
    on_drift=st.booleans(),
    new_labels=st.none() | st.integers(1, 100),
    cooldown_hours=st.floats(0.1, 100),
)
moments = st.floats(MONDAY, MONDAY + 100 * DAY)
facts = st.builds(
    Facts,
    trained_at=moments,
    requested_at=st.none() | moments,
    drifted_at=st.none() | moments,
    labelled=st.integers(0, 200),
)


def test_nothing_is_due_by_itself() -> None:
    assert why_due(Rule(), Facts(trained_at=0), now=9e9) is None
    assert next_time(Rule(), Facts(trained_at=0), now=9e9) is None


def test_age_counts_and_the_data_sets_own_limit_wins() -> None:
    own = rule_of(RetrainSetting(max_age_days=30), max_age_days=1)
    assert why_due(own, Facts(trained_at=0), now=29 * DAY) is None
    due = why_due(own, Facts(trained_at=0), now=31 * DAY)
    assert due is not None
    assert "31.0 days" in due.reason
    default = rule_of(RetrainSetting(), max_age_days=1)
    assert why_due(default, Facts(trained_at=0), now=2 * DAY) is not None


def test_a_schedule_is_due_once_it_has_fired() -> None:
    trained = Facts(trained_at=MONDAY)
    assert why_due(WEEKLY, trained, now=MONDAY + 6 * DAY) is None
    due = why_due(WEEKLY, trained, now=MONDAY + 7 * DAY)
    assert due is not None
    assert "0 3 * * 1" in due.reason


def test_the_own_schedule_replaces_that_of_the_installation() -> None:
    assert rule_of(RetrainSetting(), cron="0 3 * * 1") == WEEKLY
    assert rule_of(RetrainSetting(cron="0 0 1 * *"), cron="0 3 * * 1").cron == "0 0 1 * *"


def test_missed_times_are_due_once() -> None:
    """The daemon was down for ten weeks: one training makes up for all of them."""
    now = MONDAY + 70 * DAY
    assert why_due(WEEKLY, Facts(trained_at=MONDAY), now) is not None
    assert why_due(WEEKLY, Facts(trained_at=MONDAY, requested_at=now), now + 600) is None


def test_three_drifted_batches_in_a_day_are_one_retraining() -> None:
    rule, known, requests = Rule(on_drift=True), Facts(trained_at=MONDAY - 9 * DAY), []
    for tick in range(144):
        now = MONDAY + tick * 600
        if tick in {6, 40, 90}:
            known = known._replace(drifted_at=now)
        if why_due(rule, known, now):
            requests.append(tick)
            known = known._replace(requested_at=now, trained_at=now + 60)
    assert requests == [6]


def test_a_drift_before_the_last_training_is_history() -> None:
    rule = Rule(on_drift=True, cooldown_hours=0)
    assert why_due(rule, Facts(trained_at=10, drifted_at=5), now=9e9) is None


def test_labels_are_counted() -> None:
    rule = Rule(new_labels=100)
    assert why_due(rule, Facts(trained_at=0, labelled=99), now=9e9) is None
    due = why_due(rule, Facts(trained_at=0, labelled=1200), now=9e9)
    assert due is not None
    assert due.reason.startswith("1,200 rows")


def test_a_schedule_that_is_none_is_refused() -> None:
    with pytest.raises(PipeWeaveError, match="not a cron expression"):
        parse_settings(b"retrain: {cron: whenever}")


@given(rule=rules, known=facts, now=moments)
def test_a_request_is_never_followed_by_another_within_the_cool_down(
    rule: Rule, known: Facts, now: float
) -> None:
    if not why_due(rule, known, now):
        return
    after = known._replace(requested_at=now)
    soon = now + rule.cooldown_hours * 3600 * 0.99
    again = why_due(rule, after, soon)
    assert again is None or again.kind == "cron"
    assert why_due(rule, after, now) is None


@given(rule=rules, known=facts, now=moments)
def test_what_is_off_is_never_due(rule: Rule, known: Facts, now: float) -> None:
    off = rule._replace(enabled=False)
    assert why_due(off, known, now) is None
    assert next_time(off, known, now) is None


@given(rule=rules, known=facts, now=moments, later=st.floats(0, 50 * DAY))
def test_what_is_due_stays_due_until_it_is_requested(
    rule: Rule, known: Facts, now: float, later: float
) -> None:
    if why_due(rule, known, now):
        assert why_due(rule, known, now + later)


@given(rule=rules, known=facts, now=moments)
def test_the_next_time_is_when_it_becomes_due(rule: Rule, known: Facts, now: float) -> None:
    time = next_time(rule, known, now)
    assert bool(why_due(rule, known, now)) == (time is not None and time <= now)
    if time is not None:
        assert why_due(rule, known, time + 1)
        assert not why_due(rule, known, time - 1)
