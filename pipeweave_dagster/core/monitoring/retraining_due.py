"""When a model is due for retraining."""

import datetime as dt

from pipeweave_dagster.core.documents.settings import RetrainSetting

_DAY_S = 86_400.0


def why_due(
    setting: RetrainSetting, default_max_age_days: float | None, *, trained_at: float, now: float
) -> str | None:
    """The reason why a model is due, in words, or None.

    Args:
        setting: `retrain` of the data set's `pipeweave.yaml`.
        default_max_age_days: Age for data sets that set none; None means never.
        trained_at: Seconds since 1970 when it was last trained (or last tried).
        now: Seconds since 1970.
    """
    age_days = (now - trained_at) / _DAY_S
    limit = setting.max_age_days or default_max_age_days
    if limit is not None and age_days >= limit:
        return f"the model is {age_days:.1f} days old, the limit is {limit:g}"
    if setting.cron and _fired_between(setting.cron, trained_at, now):
        return f"its schedule {setting.cron!r} has fired since the last training"
    return None


def _fired_between(cron: str, start: float, end: float) -> bool:
    from croniter import croniter

    after = dt.datetime.fromtimestamp(start, dt.UTC)
    following: float = croniter(cron, after).get_next(float)
    return following <= end
