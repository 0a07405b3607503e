"""Strict parsers of `strptime` formats: dates, times and timestamps, with and without a zone."""

import re

from pipeweave_dagster.core.documents import StorageType
from pipeweave_dagster.core.ingest.base.sql_quoting import literal
from pipeweave_dagster.core.ingest.types.value_parsers import Parser

YEAR = "(?:1[5-9]|2[01])[0-9]{2}"
DIRECTIVES = {
    "%Y": YEAR,
    "%y": "[0-9]{2}",
    "%m": "(?:0?[1-9]|1[0-2])",
    "%d": "(?:0?[1-9]|[12][0-9]|3[01])",
    "%b": "(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)",
    "%B": "(?:january|february|march|april|may|june|july|august|september|october|november"
    "|december)",
    "%a": "(?:mon|tue|wed|thu|fri|sat|sun)",
    "%A": "(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday)",
    "%H": "(?:[01]?[0-9]|2[0-3])",
    "%I": "(?:0?[1-9]|1[0-2])",
    "%M": "[0-5][0-9]",
    "%S": "[0-5][0-9]",
    "%f": "[0-9]{1,9}",
    "%p": "[ap][.]?m[.]?",
}
ZONE_NAMES = {
    "EST": "-05:00", "EDT": "-04:00", "CST": "-06:00", "CDT": "-05:00", "MST": "-07:00",
    "MDT": "-06:00", "PST": "-08:00", "PDT": "-07:00", "AKST": "-09:00", "AKDT": "-08:00",
    "HST": "-10:00", "WET": "+00:00", "WEST": "+01:00", "BST": "+01:00", "CET": "+01:00",
    "CEST": "+02:00", "MEZ": "+01:00", "MESZ": "+02:00", "EET": "+02:00", "EEST": "+03:00",
    "MSK": "+03:00", "JST": "+09:00", "AEST": "+10:00", "AEDT": "+11:00",
}  # fmt: skip
"""Offsets of zones by name; where a name has several meanings, the American or European one."""
_ZONE = (
    f"(?: ?(?:Z|UTC|GMT)| (?:{'|'.join(ZONE_NAMES)})"
    "| ?(?:GMT|UTC)?[+-][0-9]{2}(?::?[0-9]{2})?)(?: [(][A-Za-z ]{1,40}[)])?"
)
ZONED = "%z, stored as UTC"


def date_pattern(format_: str) -> str:
    """Return the regex of a `strptime` format, ignoring case."""
    pattern = re.escape(format_).replace("\\%", "%").replace("\\ ", " ").replace("\\-", "-")
    pattern = pattern.replace("%b %d %H", "%b {1,2}%d %H")  # asctime pads the day with a blank
    for directive, regex in DIRECTIVES.items():
        pattern = pattern.replace(directive, regex)
    return f"(?i:{pattern})"


def strptime_parser(
    type_: StorageType, format_: str, sql_type: str, note: str | None = None
) -> Parser:
    """Return the parser of a `strptime` format, stored as `sql_type`."""
    # A timestamp has microseconds; `%f` accepts no further digits.
    text = "regexp_replace({v}, '([.][0-9]{6})[0-9]+', '\\1')" if "%f" in format_ else "{v}"
    if "%p" in format_:
        text = f"regexp_replace({text}, '([apAP])[.]?[mM][.]?$', '\\1m')"
    cast = f"CAST(try_strptime({text}, {literal(format_)}) AS {sql_type})"
    return Parser(type_, date_pattern(format_), cast, format_, cast_can_fail=True, note=note)


def _named_offset() -> str:
    """Return the SQL of the offset of a zone that `{v}` names at its end, else an empty text."""
    offsets = ", ".join(f"'{name}': '{offset}'" for name, offset in ZONE_NAMES.items())
    return f"coalesce(map {{{offsets}}}[regexp_extract({{v}}, ' ([A-Z]{{3,4}})$', 1)], '')"


def zoned_parser(format_: str) -> Parser:
    """Return the parser of a timestamp followed by its offset from UTC, stored in UTC."""
    pattern = f"{date_pattern(format_)}{_ZONE}"
    # strptime accepts no name of a zone, and requires minutes in the offset.
    text = "regexp_replace({v}, '(?: ?(?:GMT|UTC)([+-][0-9:]+))?(?: [(].*[)])?$', '\\1')"
    text = f"regexp_replace({text}, '([0-9]) ?(?:Z|UTC|GMT)$', '\\1+00:00')"
    text = f"concat(regexp_replace({text}, ' [A-Za-z]{{3,4}}$', ''), {_named_offset()})"
    text = f"regexp_replace({text}, ' ?([+-][0-9]{{2}})$', '\\1:00')"
    text = f"regexp_replace({text}, ' ([+-][0-9:]{{4,5}})$', '\\1')"
    if "%f" in format_:
        text = f"regexp_replace({text}, '([.][0-9]{{6}})[0-9]+', '\\1')"
    cast = f"CAST(timezone('UTC', try_strptime({text}, {literal(format_ + '%z')})) AS TIMESTAMP)"
    return Parser("datetime", pattern, cast, f"{format_}{ZONED}", cast_can_fail=True)
