"""Decide when a model is due for retraining, and when it will be.

Policy for missed times: a schedule that fired several times while nobody looked (the daemon was
down) is due once, not once per missed time.
"""

from typing import Literal, NamedTuple

from pipeweave_dagster.core.cron import next_fire
from pipeweave_dagster.core.documents.automation import RetrainSetting

Kind = Literal["cron", "age", "drift", "labels"]
_DAY_S = 86_400.0
_HOUR_S = 3_600.0


class Rule(NamedTuple):
    """What applies to one data set: its own settings, else those of the installation."""

    enabled: bool = True
    cron: str | None = None
    max_age_days: float | None = None
    on_drift: bool = False
    new_labels: int | None = None
    cooldown_hours: float = 24.0


class Facts(NamedTuple):
    """What is known about a data set; times are in seconds since 1970.

    Attributes:
        trained_at: When the newest model was trained.
        requested_at: When a retraining was last requested, whether it succeeded or not; None if
            never.
        drifted_at: When a batch last drifted; None if none did.
        labelled: Rows whose label has arrived since the newest model was trained.
    """

    trained_at: float
    requested_at: float | None = None
    drifted_at: float | None = None
    labelled: int = 0


class Due(NamedTuple):
    """Why a model is due."""

    kind: Kind
    reason: str


def rule_of(
    setting: RetrainSetting, cron: str | None = None, max_age_days: float | None = None
) -> Rule:
    """Return the rule of a data set: what it does not set, the installation's defaults set.

    Args:
        setting: `retrain` of the data set's `pipeweave.yaml`.
        cron: Schedule of data sets that set none.
        max_age_days: Maximum age for data sets that set none.
    """
    return Rule(
        enabled=setting.enabled,
        cron=setting.cron or cron,
        max_age_days=setting.max_age_days or max_age_days,
        on_drift=setting.on_drift,
        new_labels=setting.new_labels,
        cooldown_hours=setting.cooldown_hours,
    )


def why_due(rule: Rule, facts: Facts, now: float) -> Due | None:
    """Return why a model is due for retraining, or None if it is not.

    A condition (age, drift, labels) is not due again before the cool-down since the last training
    or request has passed; a schedule is due when it fired since then.

    Args:
        rule: What applies to the data set.
        facts: What is known about it.
        now: Current time, in seconds since 1970.

    Example:
        >>> why_due(Rule(max_age_days=30), Facts(trained_at=0), now=31 * 86_400).reason
        'the model is 31.0 days old; the limit is 30'
    """
    if not rule.enabled:
        return None
    if rule.cron and next_fire(rule.cron, _last(facts)) <= now:
        return Due("cron", f"its schedule {rule.cron!r} has fired since the last training")
    if now < _cooled_at(rule, facts):
        return None
    return _by_condition(rule, facts, now)


def next_time(rule: Rule, facts: Facts, now: float) -> float | None:
    """Return the time from which the model is due by schedule, age or what has happened so far.

    The result is at most `now` if it is due already, and None if it is not known: a batch may drift
    and labels may arrive at any time.

    Example:
        >>> next_time(Rule(max_age_days=30), Facts(trained_at=0), now=86_400) / 86_400
        30.0
    """
    if not rule.enabled:
        return None
    times = [next_fire(rule.cron, _last(facts))] if rule.cron else []
    if rule.max_age_days is not None:
        aged = facts.trained_at + rule.max_age_days * _DAY_S
        times.append(max(aged, _cooled_at(rule, facts)))
    if _by_condition(rule._replace(max_age_days=None), facts, now):
        times.append(_cooled_at(rule, facts))
    return min(times, default=None)


def _by_condition(rule: Rule, facts: Facts, now: float) -> Due | None:
    age_s = now - facts.trained_at
    limit = rule.max_age_days
    if limit is not None and now >= facts.trained_at + limit * _DAY_S:
        return Due("age", f"the model is {age_s / _DAY_S:.1f} days old; the limit is {limit:g}")
    if rule.on_drift and facts.drifted_at is not None and facts.drifted_at > facts.trained_at:
        return Due("drift", "a batch has drifted from its training rows")
    if rule.new_labels is not None and facts.labelled >= rule.new_labels:
        rows = f"{facts.labelled:,} row{'' if facts.labelled == 1 else 's'}"
        return Due("labels", f"{rows} got labels since the last training")
    return None


def _last(facts: Facts) -> float:
    """Return the time of the last training or request."""
    return max(facts.trained_at, facts.requested_at or facts.trained_at)


def _cooled_at(rule: Rule, facts: Facts) -> float:
    return _last(facts) + rule.cooldown_hours * _HOUR_S
