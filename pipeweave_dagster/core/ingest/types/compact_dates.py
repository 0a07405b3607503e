"""Dates written as whole numbers, `20240131` or `1312024`: only where the values prove it."""

import re
from collections.abc import Sequence

from pipeweave_dagster.core.documents import StorageType
from pipeweave_dagster.core.ingest.types.expression_sql import V
from pipeweave_dagster.core.ingest.types.value_parsers import Parser
from pipeweave_dagster.core.model.void_dates import is_void_date

_Y, _M, _D = "(?:19|20)[0-9]{2}", "(?:0[1-9]|1[0-2])", "(?:0[1-9]|[12][0-9]|3[01])"
_FIRST_M, _FIRST_D = "(?:0?[1-9]|1[0-2])", "(?:0?[1-9]|[12][0-9]|3[01])"
_HOUR = "(?:[01][0-9]|2[0-3])"
_NAME = re.compile(
    r"date|datum|fecha|(^|[_\W])(dt|day|dob|when|ymd|mdy|dmy)($|[_\W])", re.IGNORECASE
)
_MONTH_NAME = re.compile(r"month|monat|mois|period|(^|[_\W])(ym|yyyymm)($|[_\W])", re.IGNORECASE)
_MIN_PROOF = 12
"""Distinct whole numbers that are all valid dates by chance: less than one in 10 to the 30."""
_NOON = 12


def _parser(type_: StorageType, format_: str, pattern: str, width: int) -> Parser:
    # A column with missing cells is often written as floats; a leading zero is often lost.
    text = ("zero_padded", ("substitute", V, "[.]0+$", ""), width)
    value = (type_, ("moment", text, format_))
    note = "Months are stored as their first day." if "%d" not in format_ else None
    return Parser(type_, f"{pattern}(?:[.]0+)?", value, format_, cast_can_fail=True, note=note)


COMPACT_DATE = _parser("date", "%Y%m%d", f"{_Y}{_M}{_D}", 8)
COMPACT_MONTH_FIRST = _parser("date", "%m%d%Y", f"{_FIRST_M}{_D}{_Y}", 8)
COMPACT_DAY_FIRST = _parser("date", "%d%m%Y", f"{_FIRST_D}{_M}{_Y}", 8)
COMPACT_MONTH = _parser("date", "%Y%m", f"{_Y}{_M}", 6)
COMPACT_DATETIME = _parser(
    "datetime", "%Y%m%d%H%M%S", f"{_Y}{_M}{_D}{_HOUR}[0-5][0-9][0-5][0-9]", 14
)
COMPACT_MINUTE = _parser("datetime", "%Y%m%d%H%M", f"{_Y}{_M}{_D}{_HOUR}[0-5][0-9]", 12)
COMPACT_HOUR = _parser("datetime", "%Y%m%d%H", f"{_Y}{_M}{_D}{_HOUR}", 10)
# 2021.01 and 01.2021 are numbers as well.
MONTHS_AS_NUMBERS = (
    COMPACT_MONTH,
    _parser("date", "%Y.%m", f"{_Y}[.]{_M}", 7),
    _parser("date", "%m.%Y", f"{_M}[.]{_Y}", 7),
)
COMPACT = (
    COMPACT_DATE, COMPACT_MONTH_FIRST, COMPACT_DAY_FIRST, COMPACT_DATETIME, COMPACT_MINUTE,
    COMPACT_HOUR, *MONTHS_AS_NUMBERS,
)  # fmt: skip
_LEADING = {
    COMPACT_DATE: slice(4, 6),
    COMPACT_MONTH_FIRST: slice(0, -4),
    COMPACT_DAY_FIRST: slice(0, -4),
    COMPACT_DATETIME: slice(0, -2),
    COMPACT_MINUTE: slice(0, -2),
    COMPACT_HOUR: slice(0, -2),
}


def compact_date(values: Sequence[str], name: str) -> Parser | None:
    """Return the parser of dates written as whole numbers; None if the values are numbers.

    Args:
        values: Distinct values of the column.
        name: Name of the column: one of dates makes a few values sufficient.
    """
    if not values or not 6 <= len(values[0]) <= 16 or not values[0][:2].isdigit():
        return None
    values = [v for v in values if not is_void_date(v)]
    fitting = [p for p in COMPACT if values and all(map(p.matches, values))]
    if fitting and fitting[0] in MONTHS_AS_NUMBERS:
        years = {v.removesuffix(".0")[-4:] if "." in v[:3] else v[:4] for v in values}
        proven = len(values) >= _MIN_PROOF and len(years) > 1
        return fitting[0] if proven or _MONTH_NAME.search(name) else None
    if not fitting:
        return None
    if _NAME.search(name):
        return fitting[0]
    proven = len(fitting) == 1 and len(values) >= _MIN_PROOF
    if fitting[0] is COMPACT_HOUR and not _are_hours(values):
        return None
    # Consecutive numbers differ in the last digits only, dates in the month or the day as well.
    leading = {v.partition(".")[0][_LEADING[fitting[0]]] for v in values}
    return fitting[0] if proven and len(leading) > 1 else None


def _are_hours(values: Sequence[str]) -> bool:
    """Return whether the last two of ten digits are hours, and do not count the orders of a day."""
    hours = {int(value.partition(".")[0][-2:]) for value in values}
    return 0 in hours and max(hours) >= _NOON
