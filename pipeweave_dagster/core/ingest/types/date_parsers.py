"""Strict parsers for dates, times and timestamps; the format holds for a whole column."""

import re

from pipeweave_dagster.core.documents import StorageType
from pipeweave_dagster.core.ingest.base.sql_quoting import literal
from pipeweave_dagster.core.ingest.types.value_parsers import Parser

_MONTH = "(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
_FULL_MONTH = (
    "(?:january|february|march|april|may|june|july|august|september|october|november|december)"
)
_DIRECTIVES = {
    "%Y": "(?:1[5-9]|2[01])[0-9]{2}",
    "%y": "[0-9]{2}",
    "%m": "(?:0?[1-9]|1[0-2])",
    "%d": "(?:0?[1-9]|[12][0-9]|3[01])",
    "%b": _MONTH,
    "%B": _FULL_MONTH,
    "%H": "(?:[01]?[0-9]|2[0-3])",
    "%I": "(?:0?[1-9]|1[0-2])",
    "%M": "[0-5][0-9]",
    "%S": "[0-5][0-9]",
    "%f": "[0-9]{1,6}",
    "%p": "[ap]m",
}
_DATES = (
    "%Y-%m-%d",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d-%m-%Y",
    "%m-%d-%Y",
    "%d.%m.%Y",
    "%d/%m/%y",
    "%m/%d/%y",
    "%d-%m-%y",
    "%m-%d-%y",
    "%d.%m.%y",
    "%d-%b-%y",
    "%d-%b-%Y",
    "%d %b %Y",
    "%d %b %y",
    "%d %B %Y",
    "%b %d, %Y",
    "%b %d %Y",
    "%B %d, %Y",
    "%Y, %B",
    "%B %Y",
)
_TIMES = (
    "%H:%M",
    "%H:%M:%S",
    "%H:%M:%S.%f",
    "%H.%M.%S",
    "%I:%M %p",
    "%I:%M:%S %p",
    "%I:%M%p",
)
_ZONE = "(?:Z|[+-][0-9]{2}(?::?[0-9]{2})?)"


def _pattern(format_: str) -> str:
    pattern = re.escape(format_).replace("\\%", "%").replace("\\ ", " ").replace("\\-", "-")
    for directive, regex in _DIRECTIVES.items():
        pattern = pattern.replace(directive, regex)
    return f"(?i:{pattern})"


def _parser(type_: StorageType, format_: str, sql_type: str) -> Parser:
    cast = f"CAST(try_strptime({{v}}, {literal(format_)}) AS {sql_type})"
    return Parser(type_, _pattern(format_), cast, format_, cast_can_fail=True)


def _zoned(format_: str) -> Parser:
    pattern = f"{_pattern(format_)} ?{_ZONE}"
    # strptime does not accept Z, and requires minutes in the offset.
    text = "regexp_replace(replace({v}, ' +', '+'), 'Z$', '+00:00')"
    text = f"regexp_replace({text}, '([+-][0-9]{{2}})$', '\\1:00')"
    cast = f"CAST(timezone('UTC', try_strptime({text}, {literal(format_ + '%z')})) AS TIMESTAMP)"
    return Parser("datetime", pattern, cast, f"{format_}%z, stored as UTC", cast_can_fail=True)


def _datetimes() -> list[Parser]:
    times = _TIMES[:3]
    parsers = [
        _parser("datetime", f"{date} {time}", "TIMESTAMP")
        for date in _DATES[:19]
        for time in (*times, *_TIMES[4:6])
    ]
    parsers += [_parser("datetime", f"%Y-%m-%dT{time}", "TIMESTAMP") for time in times]
    return parsers + [
        _zoned(f"%Y-%m-%d{separator}{time}") for time in times for separator in ("T", " ")
    ]


DATES = [_parser("date", f, "DATE") for f in _DATES]
DATETIMES = _datetimes()
TIMES = [_parser("time", f, "TIME") for f in _TIMES]
COMPACT_DATE = _parser("date", "%Y%m%d", "DATE")


_BY_FORMAT = {parser.format: parser for parser in (*DATES, *DATETIMES, *TIMES)}


def parser_of_format(format_: str | None) -> Parser | None:
    """Return the parser of a date, time or timestamp format such as `%d/%m/%Y`."""
    return _BY_FORMAT.get(format_)


def union_parser(first: Parser, second: Parser) -> Parser:
    """Return a parser for a column that mixes dates and timestamps (or two timestamp formats)."""
    cast = f"coalesce(CAST({first.cast} AS TIMESTAMP), CAST({second.cast} AS TIMESTAMP))"
    return Parser(
        "datetime",
        f"(?:{first.pattern}|{second.pattern})",
        cast,
        f"{first.format} or {second.format}",
        cast_can_fail=True,
    )


def swap_day_and_month(parser: Parser) -> Parser | None:
    """Return the same format with day and month swapped, None if there is no such format."""
    format_ = parser.format or ""
    if not re.match(r"%d[/.-]%m|%m[/.-]%d", format_):
        return None
    other = format_.replace("%d", "%x").replace("%m", "%d").replace("%x", "%m")
    return parser_of_format(other)
