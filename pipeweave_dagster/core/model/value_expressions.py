"""Evaluate the expressions by which texts become values, in plain Python.

Every value parser of PipeWeave (`core.ingest.types`) has one expression: nested lists such as
`["double", ["replace", ["v"], ",", ""]]`. DuckDB evaluates it as SQL (`expression_sql`), this
module without DuckDB, so that a model carries the way in which its training data was read.
Standard library only: the source is copied beside exported and registered models.
"""

import math
import re
import unicodedata
from collections.abc import Callable, Sequence
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from pipeweave_dagster.core.model.text_moments import (
    as_date,
    as_datetime,
    in_window,
    iso_day,
    make_date,
    next_day,
    parse_moment,
    since_1970,
)

INVISIBLE = (
    "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f\u202a\u202b\u202c\u202d\u202e"
    "\u2066\u2067\u2068\u2069"
)
BLANKS = " \t\r\n\u00a0"
_GUARDED = re.compile('="[^"]+"')
Read = Callable[[str], Any]


def compiled(expression: Sequence[Any]) -> Read:
    """Return the function that computes an expression from a text; None stands for no value.

    Example:
        >>> compiled(["double", ["replace", ["v"], ",", ""]])("1,234.5")
        1234.5
    """
    operator, *arguments = expression
    if operator == "v":
        return lambda text: text
    if operator == "text":
        return lambda _: arguments[0]
    if operator in _CHOICES:
        return _CHOICES[operator](*arguments)
    function = _FUNCTIONS[operator]
    inner = compiled(arguments[0])
    others = [compiled(a) if isinstance(a, list | tuple) else a for a in arguments[1:]]

    def read(text: str) -> Any:
        value = inner(text)
        if value is None:
            return None
        further = [other(text) if callable(other) else other for other in others]
        return None if None in further else function(value, *further)

    return read


def _case(condition: Sequence[Any], then: Sequence[Any], otherwise: Sequence[Any] | None) -> Read:
    holds, first = compiled(condition), compiled(then)
    second = compiled(otherwise) if otherwise is not None else lambda _: None
    return lambda text: first(text) if holds(text) else second(text)


def _coalesce(*parts: Sequence[Any]) -> Read:
    readers = [compiled(part) for part in parts]
    return lambda text: next((v for read in readers if (v := read(text)) is not None), None)


def _any_of(*parts: Sequence[Any]) -> Read:
    readers = [compiled(part) for part in parts]
    return lambda text: any(read(text) for read in readers)


@lru_cache(maxsize=4096)
def regex(pattern: str) -> re.Pattern[str]:
    """Compile a pattern, once."""
    return re.compile(pattern)


def full_match(text: str, pattern: str) -> bool:
    """Return whether a pattern matches a whole text, as RE2 does.

    Python alone takes the dotted capital and the dotless small letter for spellings of `i`.
    """
    if "\u0130" in text or "\u0131" in text:
        text = text.replace("\u0130", "\ufffd").replace("\u0131", "\ufffd")
    return regex(pattern).fullmatch(text) is not None


def _find(text: str, pattern: str, group: int = 0) -> str:
    found = regex(pattern).search(text)
    return (found.group(group) or "") if found else ""


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _integer(text: str) -> int | None:
    try:
        number = int(text)
    except ValueError:
        return None
    return number if -(2**63) <= number < 2**63 else None


def _is_exact(text: str) -> bool | None:
    """Return whether the shortest text of the nearest float has the digits of a number's text."""
    try:
        exact, shortest = (Decimal(t) for t in (text, repr(float(text))))
    except (InvalidOperation, ValueError):
        return None
    return exact == shortest if max(exact.adjusted(), shortest.adjusted()) < 34 else None


def _round(number: float, digits: int) -> float:
    """Round halves away from zero, as DuckDB does."""
    scaled = abs(number) * 10.0**digits
    whole = math.floor(scaled) if math.isfinite(scaled) else scaled
    rounded = (whole + (scaled - whole >= 0.5)) / 10.0**digits
    return math.copysign(rounded, number) if math.isfinite(rounded) else number


def trimmed(text: str) -> str | None:
    """Return a text without surrounding blanks, None if nothing is left."""
    return text.strip(BLANKS) or None


def normal_text(text: str) -> str | None:
    """Return a text in Unicode NFC, without invisible characters around it or a sheet's guard."""
    if _GUARDED.fullmatch(text):
        return unicodedata.normalize("NFC", text[2:-1])
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", text).strip(INVISIBLE + BLANKS) or None


def _translate(text: str, source: str, target: str) -> str:
    return text.translate(_table(source, target))


@lru_cache(maxsize=16)
def _table(source: str, target: str) -> dict[int, str | None]:
    """Characters without a counterpart are removed."""
    return {ord(c): target[i] if i < len(target) else None for i, c in enumerate(source)}


@lru_cache(maxsize=64)
def _pairs(table: str) -> dict[str, str]:
    """Return the mapping that a text such as `may:05 june:06` describes."""
    return dict(pair.split(":", 1) for pair in table.split())


_CHOICES: dict[str, Callable[..., Read]] = {
    "case": _case,
    "coalesce": _coalesce,
    "any": _any_of,
}
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "lower": str.lower,
    "upper": str.upper,
    "replace": str.replace,
    "substitute": lambda text, old, new: regex(old).sub(new, text, count=1),
    "substitute_all": lambda text, old, new: regex(old).sub(new, text),
    "find": _find,
    "zero_padded": lambda text, width: text.rjust(width, "0")[:width],
    "concat": lambda *texts: "".join(texts),
    "translate": _translate,
    "strip": lambda text, characters: text.strip(characters),
    "not_empty": lambda text: text or None,
    "normal_text": normal_text,
    "is_ascii": str.isascii,
    "has": lambda text, part: part in text,
    "equals": lambda text, other: text == other,
    "search": lambda text, pattern: regex(pattern).search(text) is not None,
    "matches": full_match,
    "lookup": lambda text, table: _pairs(table).get(text),
    "double": _number,
    "integer": _integer,
    "number": lambda _, number: number,
    "times": lambda a, b: a * b,
    "linear": lambda number, factor, offset: factor * number + offset,
    "round": _round,
    "is_exact": _is_exact,
    "moment": parse_moment,
    "next_day": next_day,
    "epoch": lambda number, micros: since_1970(_round(number * micros, 0)),
    "date": as_date,
    "datetime": as_datetime,
    "time": lambda moment: moment.time(),
    "make_date": make_date,
    "iso_day": iso_day,
    "in_window": in_window,
}
