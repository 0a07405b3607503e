"""Strict parsers of `strptime` formats: dates, times and timestamps, with and without a zone."""

import re
from collections.abc import Iterable

from pipeweave_dagster.core.documents import StorageType
from pipeweave_dagster.core.ingest.types.expression_sql import Expression, V
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
    "| ?(?:GMT|UTC)?[+-][0-9]{2}(?::?[0-9]{2})?| ?(?:GMT|UTC)[+-][0-9](?::[0-9]{2})?)"
    "(?: [(][A-Za-z ]{1,40}[)])?"
)
_OFFSET = re.compile(
    r":[0-9]{2}(?:[.,][0-9]{1,9})?(?: ?(?i:[ap]m))? ?(?:GMT|UTC)?"
    rf"([+-][0-9]{{1,2}}(?::?[0-9]{{2}})?|{'|'.join(ZONE_NAMES)})(?: [(].*| [0-9]{{4}})?$"
)
_LISTED = 3
ZONED = "%z, stored as UTC"
MIDNIGHT = " with 24:00"
_MIDDLE_ZONE = "%a %b %d %H:%M:%S zone %Y"


def moved_times_note(texts: Iterable[str]) -> str | None:
    """Return the note on times that have another zone than UTC, in which they are stored.

    Example:
        >>> moved_times_note(["2024-05-01T00:00:00+02:00", "2024-05-01T00:00:00Z"])
        'Times are stored in UTC (the file shows them at +02:00).'
    """
    zones = {zone[1] for text in texts if (zone := _OFFSET.search(text)) is not None}
    moved = sorted(zone for zone in zones if re.search("[1-9]|[A-Z]", zone))
    listed = ", ".join(moved[:_LISTED]) + (" …" if len(moved) > _LISTED else "")
    return f"Times are stored in UTC (the file shows them at {listed})." if moved else None


def date_pattern(format_: str) -> str:
    """Return the regex of a `strptime` format, ignoring case."""
    pattern = re.escape(format_).replace("\\%", "%").replace("\\ ", " ").replace("\\-", "-")
    pattern = pattern.replace("%b %d %H", "%b {1,2}%d %H")  # asctime pads the day with a blank
    for directive, regex in DIRECTIVES.items():
        pattern = pattern.replace(directive, regex)
    return f"(?i:{pattern})"


def strptime_parser(type_: StorageType, format_: str, note: str | None = None) -> Parser:
    """Return the parser of a `strptime` format, stored as its type."""
    text = _micro_seconds(format_)
    if "%p" in format_:
        text = ("substitute", text, "([apAP])[.]?[mM][.]?$", r"\1m")
    value = (type_, ("moment", text, format_))
    return Parser(type_, date_pattern(format_), value, format_, cast_can_fail=True, note=note)


def _micro_seconds(format_: str, text: Expression = V) -> Expression:
    """Return the text with at most six digits of a second, as many as a timestamp has."""
    cut = ("substitute", text, "([.,][0-9]{6})[0-9]+", r"\1")
    return cut if "%f" in format_ else text


def midnight_parser(format_: str) -> Parser:
    """Return the parser of timestamps in which 24:00 may be the end of a day."""
    date, separator, time = re.split("(.)(?=%H)", format_)
    zeros = time.replace("%H", "24").replace("%M", "00").replace("%S", "00")
    pattern = f"{date_pattern(date)}{separator}(?:{date_pattern(time)}|{zeros})"
    text = ("substitute", V, f"{separator}24:", f"{separator}00:")
    moment = ("moment", text, format_)
    ends_day = ("search", V, f"{separator}24:")
    value = ("datetime", ("case", ends_day, ("next_day", moment), moment))
    note = "24:00 is read as the midnight that ends the day."
    return Parser("datetime", pattern, value, f"{format_}{MIDNIGHT}", None, True, note)  # noqa: FBT003


def _named_offset(text: Expression) -> Expression:
    """Return the offset of a zone that a text names at its end, else an empty text."""
    zone = ("find", text, " ([A-Z]{3,4})$", 1)
    offsets = " ".join(f"{name}:{offset}" for name, offset in ZONE_NAMES.items())
    return ("coalesce", ("lookup", zone, offsets), ("text", ""))


def zoned_parser(format_: str) -> Parser:
    """Return the parser of a timestamp followed by its offset from UTC, stored in UTC."""
    return _zoned(format_, f"{date_pattern(format_)}{_ZONE}", format_, V)


def middle_zone_parser() -> Parser:
    """Return the parser of `Wed Aug 02 10:01:00 CEST 2022`, as the command `date` writes it."""
    pattern = f"{date_pattern('%a %b %d %H:%M:%S')}{_ZONE} {YEAR}"
    text = ("substitute", V, "(:[0-9]{2})( ?[^0-9:].*) ([0-9]{4})$", r"\1 \3\2")
    return _zoned("%a %b %d %H:%M:%S %Y", pattern, _MIDDLE_ZONE, text)


def _zoned(format_: str, pattern: str, name: str, text: Expression) -> Parser:
    # strptime accepts no name of a zone, and requires two digits and minutes in the offset.
    offset = _named_offset(text)
    for old, new in (
        ("(GMT|UTC)[+]([0-9])(:|$| )", r"\1+0\2\3"),
        ("(GMT|UTC)-([0-9])(:|$| )", r"\1-0\2\3"),
        ("(?: ?(?:GMT|UTC)([+-][0-9:]+))?(?: [(].*[)])?$", r"\1"),
        ("([0-9]) ?(?:Z|UTC|GMT)$", r"\1+00:00"),
        (" [A-Za-z]{3,4}$", ""),
    ):
        text = ("substitute", text, old, new)
    text = ("concat", text, offset)
    for old, new in ((" ?([+-][0-9]{2})$", r"\1:00"), (" ([+-][0-9:]{4,5})$", r"\1")):
        text = ("substitute", text, old, new)
    value = ("datetime", ("moment", _micro_seconds(format_, text), f"{format_}%z"))
    return Parser("datetime", pattern, value, f"{name}{ZONED}", cast_can_fail=True)
