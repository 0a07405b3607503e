"""Parse dates and times as DuckDB does, whatever the locale of the process.

Standard library only: the source is copied beside exported and registered models.
"""

import datetime as dt
import re
from functools import lru_cache

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# A directive takes as many characters as it can and gives none back, as in DuckDB.
_DIRECTIVES = {
    "%Y": "(?P<Y>[0-9]{4})",
    "%y": "(?P<y>[0-9]{2})",
    "%m": "(?P<m>[0-9]{1,2}+)",
    "%d": "(?P<d>[0-9]{1,2}+)",
    "%b": "(?P<b>[A-Za-z]{3})",
    "%B": "(?P<b>[A-Za-z]{3,9}+)",
    "%a": "[A-Za-z]{3}",
    "%A": "[A-Za-z]{6,9}+",
    "%H": "(?P<H>[0-9]{1,2}+)",
    "%I": "(?P<I>[0-9]{1,2}+)",
    "%M": "(?P<M>[0-9]{1,2}+)",
    "%S": "(?P<S>[0-9]{1,2}+)",
    "%f": "(?P<f>[0-9]{1,6}+)",
    "%p": "(?P<p>[APap])[Mm]",
    "%z": "(?P<z>[+-][0-9]{2}:?[0-9]{2})",
}


@lru_cache(maxsize=1024)
def _form(format_: str) -> re.Pattern[str]:
    pattern = re.escape(format_).replace("\\ ", " +" if format_.startswith("%a %b %d %H") else " ")
    for directive, digits in _DIRECTIVES.items():
        pattern = pattern.replace(directive, digits)
    return re.compile(pattern)


def parse_moment(text: str, format_: str) -> dt.datetime | None:
    """Parse a timestamp without a zone; with `%z` it is converted to UTC.

    Example:
        >>> parse_moment("3/4/2020", "%d/%m/%Y").isoformat()
        '2020-04-03T00:00:00'
    """
    match = _form(format_).fullmatch(text)
    if match is None:
        return None
    part = match.groupdict()
    try:
        moment = dt.datetime(*_date(part), *_clock(part))  # noqa: DTZ001 - stored without a zone
        return moment - _offset(part["z"]) if part.get("z") else moment
    except (ValueError, OverflowError):
        return None


def _date(part: dict[str, str | None]) -> tuple[int, int, int]:
    if (short := part.get("y")) is not None:
        year = int(short) + (1900 if int(short) >= 69 else 2000)
    else:
        year = int(part.get("Y") or 1900)
    name = (part.get("b") or "").lower()
    month = _MONTHS.index(name[:3]) + 1 if name else int(part.get("m") or 1)
    return year, month, int(part.get("d") or 1)


def _clock(part: dict[str, str | None]) -> tuple[int, int, int, int]:
    hour = int(part.get("H") or part.get("I") or 0)
    if half := part.get("p"):
        hour = hour % 12 + (12 if half.lower() == "p" else 0)
    fraction = (part.get("f") or "0").ljust(6, "0")
    return hour, int(part.get("M") or 0), int(part.get("S") or 0), int(fraction)


def _offset(zone: str) -> dt.timedelta:
    hours, minutes = int(zone[1:3]), int(zone[-2:])
    offset = dt.timedelta(hours=hours, minutes=minutes)
    return -offset if zone[0] == "-" else offset


def next_day(moment: dt.datetime) -> dt.datetime | None:
    """Return the moment a day later; None after the last day of the calendar."""
    try:
        return moment + dt.timedelta(days=1)
    except OverflowError:
        return None


def since_1970(micros: float) -> dt.datetime | None:
    """Return the moment so many microseconds after 1970 began; None if it has no year."""
    try:
        return dt.datetime(1970, 1, 1) + dt.timedelta(microseconds=micros)  # noqa: DTZ001 - UTC
    except OverflowError:
        return None


def make_date(year: int, month: int, day: int) -> dt.date | None:
    """Return a day; None if the calendar has no such day."""
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def iso_day(text: str) -> dt.date | None:
    """Return the day of `2010-W05-1`; None for a week 53 in a year that has none."""
    year, week, day = text.split("-")
    try:
        return dt.date.fromisocalendar(int(year), int(week[1:]), int(day))
    except ValueError:
        return None


def in_window(moment: dt.date, first: int) -> dt.date:
    """Move a moment by a century into the hundred years that begin with `first`."""
    years = 100 if moment.year < first else -100 if moment.year > first + 99 else 0
    if not years:
        return moment
    try:
        return moment.replace(year=moment.year + years)
    except ValueError:  # the 29th of February
        return moment.replace(year=moment.year + years, day=28)


def as_date(moment: dt.date) -> dt.date:
    """Return the day of a moment."""
    return moment.date() if isinstance(moment, dt.datetime) else moment


def as_datetime(moment: dt.date) -> dt.datetime:
    """Return the beginning of a day; a moment itself."""
    if isinstance(moment, dt.datetime):
        return moment
    return dt.datetime(moment.year, moment.month, moment.day)  # noqa: DTZ001 - without a zone
