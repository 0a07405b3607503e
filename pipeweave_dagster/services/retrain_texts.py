"""Retraining in words: what applies to a data set, when it is due, and what was skipped."""

import datetime as dt
from typing import Any

from pipeweave_dagster.core.retraining import Rule
from pipeweave_dagster.services.retraining import RetrainState


def facts_of(dataset: str, state: RetrainState, now: float) -> dict[str, Any]:
    """Return one row of a list, as JSON; times are in UTC.

    `next` is None where nothing but drift, labels or nothing at all can make the model due.
    """
    due = state.due.reason if state.due else None
    return {
        "dataset": dataset,
        "on": state.rule.enabled,
        "rule": rule_text(state.rule),
        "next": None if state.next_at is None else _time(max(state.next_at, now)),
        "due": due,
        "skipped": state.skipped,
        "requested_at": None
        if state.record.requested_at is None
        else _time(state.record.requested_at),
        "reason": state.record.reason,
    }


def rule_text(rule: Rule) -> str:
    """Return what makes a model due, such as `cron 0 3 * * 1; drift`.

    Example:
        >>> rule_text(Rule(cron="0 3 * * 1", new_labels=500))
        'cron 0 3 * * 1; 500 new labels'
    """
    if not rule.enabled:
        return "off"
    parts = [f"cron {rule.cron}"] if rule.cron else []
    parts += [f"age {rule.max_age_days:g} days"] if rule.max_age_days else []
    parts += ["drift"] if rule.on_drift else []
    parts += [f"{rule.new_labels:,} new labels"] if rule.new_labels else []
    return "; ".join(parts) or "by hand only"


def state_text(facts: dict[str, Any]) -> str:
    """Return when a data set is due, or why it is not retrained although it is, in one line."""
    if facts["due"]:
        return f"due: {facts['due']}" + (f"; {facts['skipped']}" if facts["skipped"] else "")
    return str(facts["next"] or "-")


def _time(seconds: float) -> str:
    return dt.datetime.fromtimestamp(seconds, dt.UTC).isoformat(timespec="minutes")
