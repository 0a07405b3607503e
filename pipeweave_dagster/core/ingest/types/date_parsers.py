"""All parsers of dates, times and timestamps; the format holds for a whole column."""

import re
from collections.abc import Iterable
from functools import lru_cache

from pipeweave_dagster.core.ingest.types.centuries import split_window, with_window
from pipeweave_dagster.core.ingest.types.compact_dates import COMPACT
from pipeweave_dagster.core.ingest.types.custom_dates import EPOCHS, custom_parser
from pipeweave_dagster.core.ingest.types.month_names import (
    NAMED_MONTH_DATES,
    NAMED_MONTH_DATETIMES,
    NAMED_MONTHS,
)
from pipeweave_dagster.core.ingest.types.periods import PERIODS
from pipeweave_dagster.core.ingest.types.strptime_parsers import (
    MIDNIGHT,
    ZONED,
    middle_zone_parser,
    midnight_parser,
    strptime_parser,
    zoned_parser,
)
from pipeweave_dagster.core.ingest.types.united_dates import two_dates_parser, union_parser
from pipeweave_dagster.core.ingest.types.value_parsers import Parser

_NUMERIC = (
    "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y",
    "%d.%m.%Y", "%d/%m/%y", "%m/%d/%y", "%d-%m-%y", "%m-%d-%y", "%d.%m.%y",
)  # fmt: skip
_NAMED = (
    "%d-%b-%y", "%d-%b-%Y", "%d %b %Y", "%d %b %y", "%d %B %Y", "%b %d, %Y", "%b %d %Y",
    "%B %d, %Y", "%B %d %Y", "%d/%b/%Y", "%d/%b/%y", "%Y-%b-%d", "%d. %B %Y", "%d. %m. %Y",
    "%a, %d %b %Y", "%A, %d %B %Y", "%A, %B %d, %Y", "%Y年%m月%d日",
)  # fmt: skip
_ZONED_DATES = ("%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%Y/%m/%d")
_CLOCKS = ("%H:%M", "%H:%M:%S", "%H:%M:%S.%f")
_TIMES = (*_CLOCKS, "%H.%M.%S", "%I:%M %p", "%I:%M:%S %p", "%I:%M%p")
_TIMES_OF_DAY = (*_CLOCKS, "%I:%M %p", "%I:%M:%S %p")
_ENDS_OF_DAYS = ("%Y-%m-%d ", "%Y-%m-%dT", "%Y/%m/%d ", "%d.%m.%Y ", "%d/%m/%Y ", "%m/%d/%Y ")
_OF_PROGRAMS = (
    "%a %b %d %H:%M:%S %Y", "%d/%b/%Y:%H:%M:%S", "%Y-%m-%d %H:%M:%S,%f", "%Y-%m-%dT%H:%M:%S,%f",
    "%Y%m%dT%H%M%S", "%Y%m%d %H%M%S", "%Y%m%d %H:%M:%S", "%Y%m%d-%H:%M:%S", "%Y-%m-%d-%H.%M.%S.%f",
    "%d%b%Y:%H:%M:%S", "%d%b%Y:%H:%M:%S.%f", "%d-%b-%y %I.%M.%S.%f %p", "%d-%b-%Y %I.%M.%S.%f %p",
    "%Y-%m-%d %H.%M", "%Y-%m-%d %H.%M.%S", "%d.%m.%Y %H.%M", "%d.%m.%Y %H.%M.%S",
)  # fmt: skip
"""Of C, web servers, loggers, MetaTrader, FIX, DB2, SAS, Oracle and Finnish spreadsheets."""
_LOG_FORMATS = (
    "%a, %d %b %Y %H:%M:%S", "%d %b %Y %H:%M:%S", "%d/%b/%Y:%H:%M:%S", "%a %b %d %Y %H:%M:%S",
    "%Y%m%dT%H%M%S", "%a %b %d %H:%M:%S %Y",
)  # fmt: skip


def _datetimes() -> list[Parser]:
    formats = [f"{date} {time}" for date in (*_NUMERIC, *_NAMED) for time in _TIMES_OF_DAY]
    formats += [f"%Y-%m-%dT{time}" for time in _CLOCKS]
    formats += [f"{date}, {time}" for date in _NUMERIC for time in _TIMES_OF_DAY]
    formats += _OF_PROGRAMS
    zoned = [f"%Y-%m-%d{separator}{time}" for time in _CLOCKS for separator in "T "]
    zoned += [f"{date} {time}" for date in _ZONED_DATES for time in _TIMES_OF_DAY]
    parsers = [strptime_parser("datetime", f) for f in formats]
    zoned_parsers = [*map(zoned_parser, (*zoned, *_LOG_FORMATS)), middle_zone_parser()]
    ends = [midnight_parser(date + time) for date in _ENDS_OF_DAYS for time in _CLOCKS[:2]]
    return [*parsers, *zoned_parsers, *NAMED_MONTH_DATETIMES, *ends]


DATES = [strptime_parser("date", f) for f in (*_NUMERIC, *_NAMED)]
DATES += [*NAMED_MONTH_DATES, *PERIODS, *NAMED_MONTHS]
DATETIMES = _datetimes()
TIMES = [strptime_parser("time", f) for f in _TIMES]
_ALL = (*DATES, *DATETIMES, *TIMES)
_BY_FORMAT = {parser.format: parser for parser in (*_ALL, *COMPACT)}
_DIGIT = re.compile("[0-9]")
_SEPARATOR = re.compile(r"[\W_]")
_LONGEST = 60


def parser_of_format(format_: str | None) -> Parser | None:
    """Return the parser of a date, time or timestamp format such as `%d/%m/%Y`."""
    base, first = split_window(format_ or "")
    parser = _BY_FORMAT.get(base)
    for word, unite in ((" or ", union_parser), (" and ", two_dates_parser)):
        if parser is None and word in base:
            first_part, second_part = map(_BY_FORMAT.get, base.split(word, 1))
            if first_part is not None and second_part is not None:
                parser = unite(first_part, second_part)
    if parser is None:
        parser = EPOCHS.get(base) or custom_parser(base)
    return parser if parser is None or first is None else with_window(parser, first)


def swap_day_and_month(parser: Parser) -> Parser | None:
    """Return the same format with day and month swapped, None if there is no such format."""
    format_ = parser.format or ""
    if not re.match(r"%d[/.-]?%m|%m[/.-]?%d", format_):
        return None
    other = format_.replace("%d", "%x").replace("%m", "%d").replace("%x", "%m")
    # Nobody writes %m.%d.%Y, although a user may set it.
    return parser_of_format(other) if split_window(other)[0] in _BY_FORMAT else None


def possible_dates(values: Iterable[str]) -> list[Parser]:
    """Return the parsers of dates and times that may match one of the values, in their order."""
    separators = {
        frozenset(_SEPARATOR.findall(v)) for v in values if len(v) <= _LONGEST and _DIGIT.search(v)
    }
    possible = {index for found in separators for index in _with_separators(found)}
    return [_ALL[index] for index in sorted(possible)]


@lru_cache(maxsize=4096)
def _with_separators(found: frozenset[str]) -> tuple[int, ...]:
    """Return the indices of the parsers whose values may have exactly these separators."""
    return tuple(
        index
        for index, (required, allowed) in enumerate(_SEPARATORS)
        if required <= found <= allowed
    )


def _separators(parser: Parser) -> tuple[frozenset[str], frozenset[str]]:
    """Return the separators that each value of a format has, and those that it may have."""
    format_ = (parser.format or "").removesuffix(ZONED).removesuffix(MIDNIGHT)
    if parser in _FREE:
        return frozenset(), frozenset(" ./:,-'")
    own = frozenset(_SEPARATOR.findall(re.sub("%.", "0", format_)))
    points = "." if "%p" in format_ else ""
    zone = " +-:()" if ZONED in (parser.format or "") else ""
    return own, own | frozenset(points + zone)


_FREE = {*PERIODS, *NAMED_MONTH_DATES, *NAMED_MONTHS, *NAMED_MONTH_DATETIMES}
_SEPARATORS = [_separators(parser) for parser in _ALL]
