"""Cron expressions, in UTC."""

import datetime as dt


def check_cron(cron: str | None) -> str | None:
    """Return a cron expression (or None) unchanged.

    Raises:
        ValueError: If it is not one.
    """
    if cron is None:
        return None
    from croniter import croniter

    if not croniter.is_valid(cron):
        raise ValueError(f"{cron[:60]!r} is not a cron expression such as '0 3 * * 1'")
    return cron


def next_fire(cron: str, after: float) -> float:
    """Return the next time that an expression fires after a time, in seconds since 1970.

    Example:
        >>> next_fire("0 3 * * *", after=0) / 3600
        3.0
    """
    from croniter import croniter

    start = dt.datetime.fromtimestamp(after, dt.UTC)
    following: float = croniter(cron, start).get_next(float)
    return following
