"""Format numbers and times for people."""

import datetime as dt
import math

_WRITTEN_OUT = 1e21
"""Whole numbers from here on are shown with an exponent."""
_MOST_PLACES = 6
"""Intervals that need more decimals are shown with an exponent."""


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
        return f"{value:.4g}"
    if size >= 1000:
        return f"{value:,.0f}"
    return f"{value:.4g}"


def estimated(
    value: float | None, low: float | None, high: float | None
) -> tuple[str] | tuple[str, str, str]:
    """Format a value and the ends of its interval, with the decimals that its width warrants.

    These are as many as the first three digits of the width need; where that is none, or more
    than six, each is formatted by `number`. Without an interval, the value alone is returned.

    Example:
        >>> estimated(0.009637, 0.0004855, 0.03378), estimated(0.81, None, None)
        (('0.0096', '0.0005', '0.0338'), ('0.81',))
    """
    if value is None or low is None or high is None or not math.isfinite(high - low):
        return (number(value),)
    places = 2 - math.floor(math.log10(high - low)) if high > low else -1
    if not 0 <= places <= _MOST_PLACES:
        return number(value), number(low), number(high)
    first, second, third = (_trimmed(f"{each:,.{places}f}") for each in (value, low, high))
    return first, second, third


def with_interval(value: float | None, low: float | None, high: float | None) -> str:
    """Return a value with its interval in brackets, as `estimated` formats them.

    Example:
        >>> with_interval(0.81234, 0.8, 0.82)
        '0.8123 [0.8, 0.82]'
    """
    shown, *limits = estimated(value, low, high)
    return f"{shown} [{', '.join(limits)}]" if limits else shown


def compared(difference: float | None, low: float | None, high: float | None) -> str:
    """Return a paired difference between two models in words; above 0 the first one is better.

    Example:
        >>> compared(-0.0067, -0.0123, 0.0011)
        '0.0067 worse (95 % interval: 0.0123 worse to 0.0011 better)'
    """
    shown, *limits = map(_side, estimated(difference, low, high))
    return f"{shown} (95 % interval: {' to '.join(limits)})" if limits else shown


def _side(text: str) -> str:
    """Return on which side of 0 a formatted difference is, and how far."""
    if text in {"0", "n/a"}:
        return "equal" if text == "0" else text
    return f"{text.lstrip('-')} {'worse' if text.startswith('-') else 'better'}"


def number_as_text(value: float) -> str:
    """Return a number with all its digits, integers without a fraction, as in the settings."""
    number = float(value)
    return str(int(number)) if number.is_integer() and abs(number) < _WRITTEN_OUT else repr(number)


def ends(low: float, high: float) -> tuple[str, str]:
    """Format the two ends of a range with as many digits as tell them apart, at least four.

    Example:
        >>> ends(40.7712, 40.7755), ends(0, 9999999), ends(1, 2.5)
        (('40.7712', '40.7755'), ('0', '9,999,999'), ('1', '2.5'))
    """
    if not (math.isfinite(low) and math.isfinite(high)):
        return number(low), number(high)
    for digits in range(4, 17):
        shown = _with_digits(low, digits), _with_digits(high, digits)
        errors = (
            abs(float(t.replace(",", "")) - v) for t, v in zip(shown, (low, high), strict=True)
        )
        if max(errors) <= 0.1 * (high - low):
            break
    return shown


def _with_digits(value: float, digits: int) -> str:
    size = abs(value)
    if size >= 1e15 or 0 < size < 1e-4:
        return f"{value:.{digits}g}"
    places = max(0, digits - 1 - math.floor(math.log10(size))) if size else 0
    text = f"{value:,.{places}f}"
    return _trimmed(text)


def _trimmed(text: str) -> str:
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


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
