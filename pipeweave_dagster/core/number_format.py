"""Format numbers and times for people."""

import datetime as dt
import math


def number(value: float | None) -> str:
    """Format a number with four significant digits and thousands separators.

    Very small and very large numbers use scientific notation.

    Example:
        >>> number(1234567), number(0.123456), number(None)
        ('1,234,567', '0.1235', 'n/a')
    """
    if value is None or not math.isfinite(value):
        return "n/a"
    size = abs(value)
    if size >= 1e15 or 0 < size < 1e-4:
        return f"{value:.3g}"
    if size >= 1000:
        return f"{value:,.0f}"
    return f"{value:.4g}"


def step(seconds: float | None) -> str:
    """Format a duration in its largest fitting unit."""
    if seconds is None:
        return "n/a"
    for name, size in (("day", 86_400.0), ("hour", 3600.0), ("minute", 60.0), ("second", 1.0)):
        if seconds >= size:
            count = seconds / size
            return f"{number(count)} {name}{'' if count == 1 else 's'}"
    return f"{number(seconds)} seconds"


def moment(seconds: float, storage: str, *, exact: bool = True) -> str:
    """Format a date, timestamp or time of day, from seconds since 1970 or midnight.

    Unless `exact`, only the month is shown: a single day may identify a person.
    """
    try:
        if storage == "time":
            return str(dt.timedelta(seconds=round(seconds)))
        instant = dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(seconds=seconds)
    except OverflowError:
        return number(seconds)
    if not exact:
        return instant.strftime("%Y-%m")
    return instant.strftime("%Y-%m-%d" if storage == "date" else "%Y-%m-%d %H:%M")


def shown(value: float | None, storage: str, *, exact: bool = True) -> str:
    """Format a value of an ordered column."""
    if value is not None and storage in {"date", "datetime", "time"}:
        return moment(value, storage, exact=exact)
    return number(value)
