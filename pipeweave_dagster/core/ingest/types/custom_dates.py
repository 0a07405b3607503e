"""Formats of dates that only the user knows: any of `strptime`, and seconds since 1970."""

import re

from pipeweave_dagster.core.documents import StorageType
from pipeweave_dagster.core.ingest.types.expression_sql import V
from pipeweave_dagster.core.ingest.types.strptime_parsers import DIRECTIVES, strptime_parser
from pipeweave_dagster.core.ingest.types.value_parsers import Parser

_DIRECTIVE = re.compile("%.")
_MONTHS, _YEARS, _HOURS = {"%m", "%b", "%B"}, {"%Y", "%y"}, {"%H", "%I"}
_PLAIN = re.compile(r"[\w .,:;/()|+-]*")
_MOST_CHARACTERS = 40


def custom_parser(format_: str) -> Parser | None:
    """Return the parser of a `strptime` format; None if it gives no whole date or time of day.

    Example:
        >>> custom_parser("%Y%m%d%H").type, custom_parser("%d")
        ('datetime', None)
    """
    used = set(_DIRECTIVE.findall(format_))
    literal = _DIRECTIVE.sub("", format_)
    known = used <= set(DIRECTIVES) and _PLAIN.fullmatch(literal) is not None
    if not known or len(format_) > _MOST_CHARACTERS:
        return None
    date, time = bool(used & _MONTHS and used & _YEARS), bool(used & _HOURS)
    if "%I" in used and "%p" not in used:
        return None
    if date and not time:
        return strptime_parser("date", format_)
    if date:
        return strptime_parser("datetime", format_)
    if time and not used & (_MONTHS | _YEARS | {"%d"}):
        return strptime_parser("time", format_)
    return None


def _epoch(format_: str, digits: int, micros: int, unit: str) -> Parser:
    stored: StorageType = "datetime"
    number = ("double", ("substitute", V, "[.]0+$", ""))
    return Parser(
        stored,
        f"-?[0-9]{{1,{digits}}}(?:[.][0-9]+)?",
        ("epoch", number, micros),
        format_,
        note=f"Numbers are read as {unit} since 1970-01-01, in UTC.",
    )


EPOCHS = {
    "%s": _epoch("%s", 11, 1_000_000, "seconds"),
    "%Q": _epoch("%Q", 14, 1_000, "milliseconds"),
}
"""Unix time in seconds (`%s`) and milliseconds (`%Q`); only where the user sets them."""
