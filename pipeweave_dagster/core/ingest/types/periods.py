"""Parsers of periods as dates: quarters, halves, ISO weeks, months as `2010M1`."""

from pipeweave_dagster.core.ingest.types.expression_sql import Expression, V
from pipeweave_dagster.core.ingest.types.strptime_parsers import YEAR, strptime_parser
from pipeweave_dagster.core.ingest.types.value_parsers import Parser

_NOTE = "{} are stored as their first day."
_MONTH_FORMATS = (
    "%Y-%m", "%Y/%m", "%m/%Y", "%m-%Y", "%b %Y", "%b-%Y", "%Y-%b", "%Y %b", "%b, %Y", "%b/%Y",
    "%b-%y", "%b/%y", "%B %Y", "%B, %Y", "%B-%Y", "%Y, %B", "%Y %B", "%YM%m", "%Y-M%m",
)  # fmt: skip
_GAP = "[ ./:-]?"


def _part_of_year(letters: str, word: str, parts: int, format_: str, name: str) -> Parser:
    """Return the parser of a part of a year, such as `2010Q1`, `Q1/2010` or `1Q 2010`."""
    number = f"[1-{parts}]"
    tag = f"(?:[{letters}]{number}|{number}[{letters}]|{number}[.]? {word})"
    digit = f"[{letters}]?({number})(?:[{letters}]|[.]? {word})?"
    months = 12 // parts
    year = _either(f"({YEAR}){_GAP}{tag}", f"{tag}{_GAP}({YEAR})")
    part = _either(f"{YEAR}{_GAP}{digit}", f"{digit}{_GAP}{YEAR}")
    return Parser(
        "date",
        f"(?i:{YEAR}{_GAP}{tag}|{tag}{_GAP}{YEAR})",
        ("make_date", year, ("linear", part, months, 1 - months), ("number", V, 1)),
        format_,
        note=_NOTE.format(name),
    )


def _quarter_of_short_year() -> Parser:
    """Return the parser of quarters such as `Q1/21`, `Q1 '21` or `3Q10`; `Q121` may be a code."""
    pattern = "(?:Q([1-4])(?:[./-]|[ -]?')|([1-4])Q[ ./-]?'?)([0-9]{2})"
    first, second, year = (("find", V, f"(?i)^{pattern}$", group) for group in (1, 2, 3))
    month = ("linear", ("integer", ("concat", first, second)), 3, -2)
    return Parser(
        "date",
        f"(?i:{pattern.replace('([', '(?:[')})",
        ("make_date", ("linear", ("integer", year), 1, 2000), month, ("number", V, 1)),
        "Q%q/%y",
        note=_NOTE.format("Quarters"),
    )


def _either(first: str, second: str) -> Expression:
    """Return the number in the group of whichever pattern matches the whole text."""
    pattern = f"(?i)^(?:{first}|{second})$"
    return ("integer", ("concat", *(("find", V, pattern, group) for group in (1, 2))))


def _iso_week(day: bool) -> Parser:
    """Return the parser of an ISO week (`2010-W05`), with a day of the week if `day`."""
    week = "(?:0[1-9]|[1-4][0-9]|5[0-3])"
    form = r"\1-W\2-\3" if day else r"\1-W\2-1"
    text = ("substitute", ("upper", V), "^([0-9]{4})[ -]?W([0-9]{1,2})-?([1-7]?)$", form)
    return Parser(
        "date",
        f"(?i:{YEAR}[ -]?W(?:{week}{'-?[1-7])' if day else '|[1-9])'})",
        ("iso_day", text),
        "%G-W%V-%u" if day else "%G-W%V",
        cast_can_fail=True,
        note=None if day else _NOTE.format("ISO weeks"),
    )


def _named_week() -> Parser:
    """Return the parser of an ISO week with the year at the end, `KW 5/2010` or `Week 5, 2010`."""
    year, week = ("find", V, "[0-9]{4}$"), ("find", V, "[0-9]{1,2}")
    return Parser(
        "date",
        f"(?i:(?:W|KW|Week|Woche)[ .]?(?:0?[1-9]|[1-4][0-9]|5[0-3])(?:, | ?[ /-] ?){YEAR})",
        ("iso_day", ("concat", year, ("text", "-W"), week, ("text", "-1"))),
        "W%V %G",
        cast_can_fail=True,
        note=_NOTE.format("ISO weeks"),
    )


MONTHS = [strptime_parser("date", f, note=_NOTE.format("Months")) for f in _MONTH_FORMATS]
PERIODS = [
    *MONTHS,
    _named_week(),
    _part_of_year("QT", "(?:quartal|quarter|trimestre)", 4, "%YQ%q", "Quarters"),
    _part_of_year("HS", "(?:halbjahr|half|semestre)", 2, "%YH%h", "Half-years"),
    _quarter_of_short_year(),
    _iso_week(day=False),
    _iso_week(day=True),
]
