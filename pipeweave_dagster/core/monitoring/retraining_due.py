"""Decides when a model is due for retraining."""

import datetime as dt

from pipeweave_dagster.core.documents.settings import RetrainSetting

_DAY_S = 86_400.0


def why_due(
    setting: RetrainSetting, default_max_age_days: float | None, *, trained_at: float, now: float
) -> str | None:
    """Return the reason why a model is due for retraining, or None if it is not.

    Args:
        setting: `retrain` of the data set's `pipeweave.yaml`.
        default_max_age_days: Maximum age for data sets that set none; None means no limit.
        trained_at: Time of the last training (or attempt), in seconds since 1970.
        now: Current time, in seconds since 1970.

    Example:
        >>> why_due(RetrainSetting(max_age_days=30), None, trained_at=0, now=31 * 86_400)
        'the model is 31.0 days old; the limit is 30'
    """
    age_days = (now - trained_at) / _DAY_S
    limit = setting.max_age_days or default_max_age_days
    if limit is not None and age_days >= limit:
        return f"the model is {age_days:.1f} days old; the limit is {limit:g}"
    if setting.cron and _fired_between(setting.cron, trained_at, now):
        return f"its cron schedule {setting.cron!r} has fired since the last training"
    return None


def _fired_between(cron: str, start: float, end: float) -> bool:
    from croniter import croniter

    after = dt.datetime.fromtimestamp(start, dt.UTC)
    following: float = croniter(cron, after).get_next(float)
    return following <= end
