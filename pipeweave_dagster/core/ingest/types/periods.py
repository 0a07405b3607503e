"""Parsers of periods as dates: quarters, halves, ISO weeks, months as `2010M1`."""

from pipeweave_dagster.core.ingest.base.sql_quoting import literal
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
        f"make_date({year}, {months} * {part} - {months - 1}, 1)",
        format_,
        note=_NOTE.format(name),
    )


def _quarter_of_short_year() -> Parser:
    """Return the parser of quarters such as `Q1/21`, `Q1 '21` or `3Q10`; `Q121` may be a code."""
    pattern = "(?:Q([1-4])(?:[./-]|[ -]?')|([1-4])Q[ ./-]?'?)([0-9]{2})"
    groups = [f"regexp_extract({{v}}, {literal(f'(?i)^{pattern}$')}, {n})" for n in (1, 2, 3)]
    quarter = f"TRY_CAST(concat({groups[0]}, {groups[1]}) AS INTEGER)"
    return Parser(
        "date",
        f"(?i:{pattern.replace('([', '(?:[')})",
        f"make_date(2000 + TRY_CAST({groups[2]} AS INTEGER), 3 * {quarter} - 2, 1)",
        "Q%q/%y",
        note=_NOTE.format("Quarters"),
    )


def _either(first: str, second: str) -> str:
    """Return the SQL of the number in the group of whichever pattern matches the whole text."""
    pattern = literal(f"(?i)^(?:{first}|{second})$")
    groups = ", ".join(f"regexp_extract({{v}}, {pattern}, {group})" for group in (1, 2))
    return f"TRY_CAST(concat({groups}) AS INTEGER)"


def _iso_week(day: bool) -> Parser:
    """Return the parser of an ISO week (`2010-W05`), with a day of the week if `day`."""
    week = "(?:0[1-9]|[1-4][0-9]|5[0-3])"
    text = "regexp_replace(upper({v}), '^([0-9]{4})[ -]?W([0-9]{1,2})-?([1-7]?)$', '\\1-W\\2-"
    text += "\\3')" if day else "1')"
    monday = f"try_strptime({text}, '%G-W%V-%u')"
    # Few years have a week 53; in the others strptime returns a day of the next year.
    valid = f"isoyear({monday}) = TRY_CAST(left({{v}}, 4) AS INTEGER)"
    return Parser(
        "date",
        f"(?i:{YEAR}[ -]?W(?:{week}{'-?[1-7])' if day else '|[1-9])'})",
        f"CASE WHEN {valid} THEN CAST({monday} AS DATE) END",
        "%G-W%V-%u" if day else "%G-W%V",
        cast_can_fail=True,
        note=None if day else _NOTE.format("ISO weeks"),
    )


def _named_week() -> Parser:
    """Return the parser of an ISO week with the year at the end, `KW 5/2010` or `Week 5, 2010`."""
    year, week = "regexp_extract({v}, '[0-9]{4}$')", "regexp_extract({v}, '[0-9]{1,2}')"
    monday = f"try_strptime(concat({year}, '-W', {week}, '-1'), '%G-W%V-%u')"
    valid = f"isoyear({monday}) = TRY_CAST({year} AS INTEGER)"
    return Parser(
        "date",
        f"(?i:(?:W|KW|Week|Woche)[ .]?(?:0?[1-9]|[1-4][0-9]|5[0-3])(?:, | ?[ /-] ?){YEAR})",
        f"CASE WHEN {valid} THEN CAST({monday} AS DATE) END",
        "W%V %G",
        cast_can_fail=True,
        note=_NOTE.format("ISO weeks"),
    )


MONTHS = [strptime_parser("date", f, "DATE", note=_NOTE.format("Months")) for f in _MONTH_FORMATS]
PERIODS = [
    *MONTHS,
    _named_week(),
    _part_of_year("QT", "(?:quartal|quarter|trimestre)", 4, "%YQ%q", "Quarters"),
    _part_of_year("HS", "(?:halbjahr|half|semestre)", 2, "%YH%h", "Half-years"),
    _quarter_of_short_year(),
    _iso_week(day=False),
    _iso_week(day=True),
]
