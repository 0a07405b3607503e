"""Split the unit from a column name: `Rent (EUR/month)`, `price_usd`, `Ertrag in kg/ha`."""

import re
from typing import NamedTuple

from pipeweave_dagster.core.ingest.types.unit_words import CURRENCIES, UNITS

_LONGEST = 200
_BRACKETS = re.compile(r"[(\[{]([^()\[\]{}]*)[)\]}]\s*$")
_PARTS = re.compile(r"[^\s_,;:]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=(?:USD|EUR|GBP|CHF|JPY|INR|Usd|Eur|Gbp|Chf)$)")
_CURRENCY_WORDS = (
    "euros?|dollars?|pounds?|francs?|yen|rupees?|pesos?|reais|kronor|kroner|zloty|ct|cents?"
)
_MONEY = re.compile(
    rf"(?:k|mio\.?|mn|bn|tsd\.?)?(?:{CURRENCIES}|{_CURRENCY_WORDS})(?:/.{{1,20}})?", re.IGNORECASE
)
_UNIT = re.compile(rf"{UNITS}|sqm|qm|m2|m²|pct|percent|prozent|stunden|tage|jahre", re.IGNORECASE)
_PREPOSITIONS = frozenset({"in", "per", "pro", "par", "por", "al", "je", "en", "em", "by", "/"})
_RATES = _PREPOSITIONS - {"in", "en", "em"}
# `birth_year` is a year, `sales per year` is not.
_SINGULAR = frozenset({"day", "month", "year", "hour", "points", "star", "in"})


class UnitName(NamedTuple):
    """A column name: what is measured, and whether its unit is a currency."""

    name: str
    is_money: bool


def without_unit(name: str) -> UnitName:
    """Return a column name without a unit or remark in brackets at its end.

    Example:
        >>> without_unit("Rent (EUR/month)"), without_unit("price_usd").name
        (UnitName(name='Rent', is_money=True), 'price')
        >>> without_unit("birth_year").name, without_unit("sales per year").name
        ('birth_year', 'sales')
    """
    rest, money = name.strip()[:_LONGEST], False
    while (found := _BRACKETS.search(rest)) is not None and rest[: found.start()].strip():
        money = money or any(map(_MONEY.fullmatch, _PARTS.findall(found[1])))
        rest = rest[: found.start()].strip()
    parts = [*_PARTS.finditer(_CAMEL.sub(" ", rest))]
    kept = len(parts)
    while kept > 1 and (width := _unit_width([p[0] for p in parts[:kept]])):
        money = money or any(_MONEY.fullmatch(p[0]) for p in parts[kept - width : kept])
        kept -= width
    if kept < len(parts):
        rest = " ".join(p[0] for p in parts[:kept])
    return UnitName(rest, money)


def _unit_width(parts: list[str]) -> int:
    """Return how many words at the end are a unit with its preposition, less than all."""
    last, before = parts[-1], parts[-2].lower()
    joined = before in _PREPOSITIONS and len(parts) > 2
    if joined and before in _RATES:
        return 2
    is_unit = _MONEY.fullmatch(last) or (
        last.lower() not in _SINGULAR and _UNIT.fullmatch(last) is not None
    )
    return (2 if joined else 1) if is_unit else 0
