"""Parse numbers with a currency, percent sign, unit or magnitude: `$1,234.50`, `3 km`, `5M`."""

import re
from collections.abc import Iterable
from dataclasses import replace

from pipeweave_dagster.core.ingest.types.expression_sql import Expression, V
from pipeweave_dagster.core.ingest.types.plain_characters import are_marks
from pipeweave_dagster.core.ingest.types.unit_words import CURRENCIES, POWER_LIKE_A_CODE, UNITS
from pipeweave_dagster.core.ingest.types.value_parsers import GAPS, INDIAN, Parser

_SCALES = "(?:(?-i:[kKMBT])|bn|(?:mio|mrd|tsd)[.]?|mln|mn|lakhs?|crores?|million|billion|thousand)"
_MAGNITUDES = (
    "k:1e3 thousand:1e3 tsd:1e3 lakh:1e5 lakhs:1e5 m:1e6 mn:1e6 mln:1e6 mio:1e6 million:1e6"
    " crore:1e7 crores:1e7 b:1e9 bn:1e9 mrd:1e9 billion:1e9 t:1e12"
)
_POINTS = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3})*")
_TWO_POINTS = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3}){2,}")
_NEGATIVE = "Numbers in parentheses were read as negative, as accountants write them."
_BLANK = r"[\t\n\f\r ]*"
_CODE = re.compile("0[0-9]+")
# dbSNP's rs123, and letters glued to so many digits without any mark that they are rather a number.
_GLUED = re.compile(r"rs[0-9]+|(?i:[a-z]+)(?:0[0-9]{4,}|[0-9]{5,}(?:[1-9][0-9]|[0-9][1-9]))")
_POWER_CODE = re.compile(POWER_LIKE_A_CODE)
_AFFIXED = re.compile(
    rf"(?P<open>\()?[+-]?\s*(?P<prefix>{CURRENCIES})?\s*[+-]?"
    rf"(?P<inner>\(\s*)?(?P<core>[0-9][0-9.,{GAPS}]*|[.,][0-9]+)"
    rf"\s*(?P<magnitude>{_SCALES}(?=\s*(?:{CURRENCIES}|\+)?\)?$))?(?(inner)\s*\))"
    rf"\s*(?P<suffix>{CURRENCIES}|{UNITS})?(?(open)\))",
    re.IGNORECASE,
)


def affixed_number_parsers(values: Iterable[str]) -> list[Parser]:
    """Return the parser for numbers that share one currency, percent sign or unit, if any.

    Covers `$1,234.50`, `12 %`, `(432)`, `10 km`, `$219 B`, `10,000+`. A column with two units gets
    no parser, as its values are not comparable. Nor does one with a bare `01`: beside it, `1A` is a
    code and not a current, and both would become 1. Letters glued to many digits are a code, too.
    """
    values = [*values]
    matches = [m for v in values if (m := _AFFIXED.fullmatch(v)) is not None]
    if (
        are_marks(values)
        or any(_CODE.fullmatch(m.string) for m in matches)
        or _are_glued_codes(matches)
        or 2 * sum(_POWER_CODE.fullmatch(m.string) is not None for m in matches) > len(matches)
    ):
        return []
    units = {
        (_in_lower_case(u), u.strip()) for m in matches if (u := m["prefix"] or m["suffix"] or "")
    }
    if not matches or len({lower for lower, _ in units}) > 1:
        return []
    unit = min(units)[1] if units else None
    scaled = any(m["magnitude"] for m in matches)
    signed = any(m["open"] or m["inner"] for m in matches)
    if unit is None and not scaled and not signed:
        return []
    if unit is not None and len(unit) == 1 and unit.isalpha():
        marked = sum(bool(m["prefix"] or m["suffix"]) for m in matches)
        if 2 * marked < len(matches):  # `12A` beside 11 and 13 is rather a code
            return []
    commas = [m["core"].strip() for m in matches if "," in m["core"]]
    decimal = bool(commas) and all(re.fullmatch(rf"[0-9.{GAPS}]*,[0-9]{{1,2}}", c) for c in commas)
    decimal = decimal or any(c.startswith(",") for c in commas)
    cores = [m["core"].strip() for m in matches]
    grouped = any(_TWO_POINTS.fullmatch(c) for c in cores) and all(map(_POINTS.fullmatch, cores))
    parser = affixed_number_parser(unit, scaled, decimal or grouped)
    return [replace(parser, note=_NEGATIVE) if signed else parser]


def _in_lower_case(unit: str) -> str:
    """Return a unit in lower case; the two characters of a micro sign are one."""
    return unit.strip().lower().replace("\u03bc", "\u00b5")


def _are_glued_codes(matches: list[re.Match[str]]) -> bool:
    """Return whether most numbers are written as codes are: `rs94764892`, and none otherwise."""
    glued = sum(_GLUED.fullmatch(m.string) is not None for m in matches)
    return 2 * glued > len(matches) and not any(re.search("[., ]", m.string) for m in matches)


def affixed_number_parser(unit: str | None, scaled: bool, decimal: bool) -> Parser:
    """Return the parser for numbers with a prefix or suffix.

    Args:
        unit: Currency, percent sign or unit before or after the number.
        scaled: Whether magnitudes (k, M, B …) are allowed.
        decimal: Whether the comma is the decimal mark.
    """
    affix = re.escape(unit).replace("\\ ", " ") if unit else ""
    mark = "." if decimal else ","
    grouped = rf"[0-9]{{1,15}}|[0-9]{{1,3}}(?:[{mark}{GAPS}][0-9]{{3}}){{1,4}}"
    core = (
        f"(?:(?:{grouped})(?:,[0-9]+)?|,[0-9]+)"
        if decimal
        else rf"(?:(?:{grouped}|{INDIAN})(?:\.[0-9]*)?|\.[0-9]+)"
    )
    scale = f"(?:{_BLANK}{_SCALES})?" if scaled else ""
    side = rf"(?:{affix})?" if affix else ""
    pattern = f"[+-]?{_BLANK}{side}{_BLANK}[+-]?{core}{scale}{_BLANK}{side}"
    loss = rf"{side}{_BLANK}\({_BLANK}{core}{scale}{_BLANK}\){_BLANK}{side}"
    nothing = f"|{_nothing(unit)}" if _is_currency(unit) else ""
    parts = [
        p for p in (unit, "k/M/B" if scaled else None, "decimal ','" if decimal else None) if p
    ]
    return Parser(
        "number",
        rf"(?i:\({pattern}\)|{pattern}|{loss}{nothing})",
        _value(unit, scaled, decimal),
        f"number with {', '.join(parts) or 'parentheses'}",
        unit,
        cast_can_fail=_has_marks(unit),
    )


def _nothing(unit: str | None) -> str:
    """Return the regex of a zero in the format of spreadsheets for accountants: `$ -`."""
    affix = re.escape(unit or "").replace("\\ ", " ")
    return f"{affix}{_BLANK}--?|--?{_BLANK}{affix}"


def _is_currency(unit: str | None) -> bool:
    return unit is not None and re.fullmatch(CURRENCIES, unit, re.IGNORECASE) is not None


def _has_marks(unit: str | None) -> bool:
    """Return whether a unit has characters of numbers, which are removed before the cast."""
    return unit is not None and re.search(r"[0-9.,]", unit) is not None


def _value(unit: str | None, scaled: bool, decimal: bool) -> Expression:
    text: Expression = V
    if unit and _is_currency(unit):
        text = ("substitute", V, f"^(?i:{_nothing(unit)})$", "0")
    if unit and _has_marks(unit):
        text = ("substitute", text, f"(?i:{re.escape(unit)})", "")
    if scaled:  # the point of `Mio.`
        text = ("substitute", text, "[.][^0-9]*$", "")
    digits = ("substitute_all", text, "[^0-9.,]", "")
    clean = ("replace", digits, ",", "")
    if decimal:
        clean = ("replace", ("replace", digits, ".", ""), ",", ".")
    sign = ("case", ("search", V, "^[^0-9]*[(-].*[0-9]"), ("number", V, -1), ("number", V, 1))
    value = ("times", ("double", clean), sign)
    return ("times", value, _magnitude(unit)) if scaled else value


def _magnitude(unit: str | None) -> Expression:
    """Return what the word or letter after a number multiplies it by."""
    text: Expression = ("lower", V)
    if unit:
        text = ("replace", text, unit.lower(), "")
    factor = ("double", ("lookup", ("find", text, "[a-z]+"), _MAGNITUDES))
    return ("coalesce", factor, ("number", V, 1))
