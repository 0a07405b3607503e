"""Parsers of dates with a month by name in other languages or abbreviated with a point."""

from pipeweave_dagster.core.ingest.types.expression_sql import Expression, V
from pipeweave_dagster.core.ingest.types.strptime_parsers import YEAR, date_pattern
from pipeweave_dagster.core.ingest.types.value_parsers import Parser

# Per month: English, German, French, Spanish, Italian, Portuguese, Dutch, and abbreviations. A
# name belongs to one month whatever the language, so the language need not be known.
_NAMES = (
    "january januar jänner jänn janvier janv enero ene gennaio gen janeiro januari jan",
    "february februar feber feb febr février févr fév fevrier fevr fev febrero febbraio fevereiro",
    "march märz mär mrz maerz mars marzo março marco maart mar mrt",
    "april avril avr abril abr aprile apr",
    "may mai mayo maggio mag maio mei",
    "june juni juin junio giugno giu junho jun",
    "july juli juillet juil julio luglio lug julho jul",
    "august août aout aoû agosto ago augustus aug",
    "september septembre septiembre setiembre settembre setembro sept sep set",
    "october oktober octobre octubre ottobre outubro okt oct ott out",
    "november novembre noviembre novembro nov",
    "december dezember décembre decembre diciembre dicembre dezembro dez déc dec dic",
)
_NUMBERS = {name: n for n, names in enumerate(_NAMES, 1) for name in names.split()}
_LONGEST_FIRST = sorted(_NUMBERS, key=len, reverse=True)
_NAME = f"(?:{'|'.join(_LONGEST_FIRST)})[.]?"
_DAY = r"(?:0?[1-9]|[12][0-9]|3[01])"
_WEEKDAY = "(?:[A-Za-z\u00c0-\u012f\u0132-\u024f]{2,10}[.]?,? )?"
_ORDERS = {
    "%d %B %Y": rf"{_WEEKDAY}{_DAY}(?:[.]|er|º|ª)?[ -]?(?:de )?{_NAME}(?: del?)?[ -]?{YEAR}",
    "%B %d %Y": rf"{_NAME} {_DAY}(?:st|nd|rd|th)?,? {YEAR}",
}
_SHORT_YEAR = "(?:[ -]?'|[ /-])[0-9]{2}"
_SHORT_ORDERS = {
    "%d %B %y": rf"{_WEEKDAY}{_DAY}(?:[.]|er|º|ª)?[ -]?(?:de )?{_NAME}{_SHORT_YEAR}",
    "%B %d %y": rf"{_NAME} {_DAY}(?:st|nd|rd|th)?, ?'?[0-9]{{2}}",
}
_MONTH_OF_YEAR = rf"{_NAME}(?: de)?[ -]?{YEAR}"
# `Mar 21` may be a day of March, and `Set 12` a label: only other marks make it a year.
_MONTH_OF_SHORT_YEAR = rf"{_NAME}(?:[ -]?'|[/-])[0-9]{{2}}"
MONTH_NAMES = "with month names"


def is_month_name(word: str) -> bool:
    """Return whether a word is the name of a month, or is short for one.

    Example:
        >>> is_month_name("Févr."), is_month_name("red")
        (True, False)
    """
    return word.rstrip(".").casefold() in _NUMBERS


def _month() -> Expression:
    """Return the expression of the number of the month that a text names, as two digits."""
    name = ("find", ("lower", V), "|".join(_LONGEST_FIRST))
    return ("lookup", name, " ".join(f"{name}:{n:02}" for name, n in _NUMBERS.items()))


def _parser(format_: str, pattern: str, time: str = "") -> Parser:
    day: Expression = ("find", ("substitute", V, "[0-9]{4}", ""), "[0-9]{1,2}")
    day = ("zero_padded", day, 2) if "%d" in format_ else ("text", "01")
    year: Expression = ("find", V, "[0-9]{4}")
    if "%y" in format_:  # the column decides the century
        year = ("concat", ("text", "20"), ("find", V, "[0-9]{2}$"))
    dash, type_ = ("text", "-"), "datetime" if time else "date"
    text: Expression = ("concat", year, dash, _month(), dash, day)
    if time:
        text = ("concat", text, ("text", " "), ("find", V, "[0-9]{1,2}:[0-9:]+"))
        pattern = f"{pattern},?(?: um| à)? {date_pattern(time)}(?: Uhr)?"
    target = f"%Y-%m-%d {time}".strip()
    name = f"{format_} {time}".strip()
    return Parser(
        "datetime" if time else "date",
        f"(?i:{pattern})",
        (type_, ("moment", text, target)),
        f"{name} {MONTH_NAMES}",
        cast_can_fail=True,
        note=None if "%d" in format_ else "Months are stored as their first day.",
    )


NAMED_MONTH_DATES = [_parser(f, p) for f, p in (_ORDERS | _SHORT_ORDERS).items()]
NAMED_MONTHS = [_parser("%B %Y", _MONTH_OF_YEAR), _parser("%B %y", _MONTH_OF_SHORT_YEAR)]
NAMED_MONTH_DATETIMES = [
    _parser(f, p, time) for f, p in _ORDERS.items() for time in ("%H:%M", "%H:%M:%S")
]
