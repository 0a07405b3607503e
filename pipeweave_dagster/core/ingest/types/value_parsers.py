"""How text becomes a typed value: each parser is one strict form, as a pattern and as SQL.

A parser accepts a value only in its own form, so a whole column that one parser accepts loses
nothing: `3.7` is no integer, `007` is no number (it is a code), `31/12/2004` is no `%m/%d/%Y`.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from pipeweave_dagster.core.documents import StorageType
from pipeweave_dagster.core.ingest.base.workspace import literal

NULL_TOKENS = frozenset(
    {"?", "-", "--", ".", "*", "na", "n/a", "#n/a", "n.a.", "nan", "null", "none", "nil", "(null)"}
    | {"missing", "inf", "-inf", "+inf", "infinity", "-infinity", "unknown", "\\n", "#value!"}
    | {"#div/0!", "#ref!", "tbd", "not available", "no data", "nd", "n.d."}
)

_PLAIN = r"(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|0[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?"
_UNITS = (
    "km|m|cm|mm|kg|g|mg|t|lb|lbs|oz|l|ml|cl|h|hr|hrs|min|mins|s|sec|secs|ms|day|days|month|months|"
    "year|years|yr|yrs|kwh|mwh|kw|mw|w|v|a|mph|kmh|km/h|kph|m/s|°c|°f|°|c|f|mb|gb|kb|tb|px|in|ft|"
    "inch|inches|hz|khz|mhz|ghz|cc|bhp|hp|nm|rpm|kmpl|km/kg|mpg|m²|m2|m3|m³|sq ft|sqft|sq m|ha|psi|"
    'bar|pa|kpa|mpa|kcal|cal|kj|j|pcs|x|stars|star|points|pts|people|persons|years old|\\+|%|"'
)
_CURRENCIES = r"US\$|\$|£|€|¥|₹|USD|EUR|GBP|CHF|INR|Rs\.?|R\$|A\$|C\$|kr|zł"


@dataclass(frozen=True)
class Parser:
    """One strict form of a value.

    Attributes:
        type: Storage type of the result.
        pattern: Full-match pattern (RE2 and Python's `re` read it alike).
        cast: SQL that makes the value from `{v}`, the trimmed text; null where it cannot.
        format: How the form is called in the snapshot, None for the plain form.
        unit: Unit that stood in the text.
        checked: Whether the cast itself may still refuse a value that fits the pattern.
    """

    type: StorageType
    pattern: str
    cast: str
    format: str | None = None
    unit: str | None = None
    checked: bool = False

    def fits_sql(self, value: str) -> str:
        """SQL condition: the text expression `value` is in this form."""
        condition = f"regexp_full_match({value}, {literal(self.pattern)})"
        if self.checked:
            condition = f"({condition} AND {self.cast_sql(value)} IS NOT NULL)"
        return condition

    def cast_sql(self, value: str) -> str:
        """SQL expression of the typed value."""
        return self.cast.replace("{v}", value)

    @cached_property
    def _compiled(self) -> re.Pattern[str]:
        return re.compile(self.pattern)

    def looks_like(self, text: str) -> bool:
        """The pattern alone, in Python; only ever used to choose what SQL then checks."""
        return self._compiled.fullmatch(text) is not None


BOOLEAN = Parser("boolean", "(?i:true|false)", "lower({v}) = 'true'")
INTEGER = Parser("integer", "[+-]?(?:0|[1-9][0-9]{0,17})", "TRY_CAST({v} AS BIGINT)")
NUMBER = Parser("number", f"[+-]?{_PLAIN}", "TRY_CAST({v} AS DOUBLE)", checked=True)
TEXT = Parser("text", "(?s:.*)", "{v}")
_GROUPED = (
    Parser(
        "number",
        r"[+-]?(?:[1-9][0-9]{0,2}(?:,[0-9]{3})+|0|[1-9][0-9]*)(?:\.[0-9]*)?",
        "TRY_CAST(replace({v}, ',', '') AS DOUBLE)",
        "thousands ','",
    ),
    Parser(
        "number",
        r"[+-]?(?:[1-9][0-9]{0,2}(?:\.[0-9]{3})+|0|[1-9][0-9]*)(?:,[0-9]*)?(?:[eE][+-]?[0-9]{1,3})?",
        "TRY_CAST(replace(replace({v}, '.', ''), ',', '.') AS DOUBLE)",
        "decimal ','",
    ),
    Parser(
        "number",
        "[+-]?(?:[1-9][0-9]{0,2}(?:[ '\u00a0\u202f][0-9]{3})+|0|[1-9][0-9]*)(?:[.,][0-9]*)?",
        "TRY_CAST(replace(regexp_replace({v}, '[ ''\u00a0\u202f]', '', 'g'), ',', '.') AS DOUBLE)",
        "thousands ' '",
    ),
)
THOUSANDS_COMMA, DECIMAL_COMMA, THOUSANDS_BLANK = _GROUPED
PLAIN_NUMBERS = (INTEGER, NUMBER, *_GROUPED)

_SCALES = "(?:(?-i:[kKMBT])|bn|million|billion|thousand)"
_CODE = re.compile("0[0-9]+")
_AFFIXED = re.compile(
    rf"(?P<open>\()?[+-]?\s*(?P<prefix>{_CURRENCIES})?\s*[+-]?"
    r"(?P<core>[0-9][0-9.,' \u00a0]*|\.[0-9]+)"
    rf"\s*(?P<magnitude>{_SCALES}(?=\s*(?:{_CURRENCIES}|\+)?\)?$))?"
    rf"\s*(?P<suffix>{_CURRENCIES}|{_UNITS})?(?(open)\))",
    re.IGNORECASE,
)


def affixed(values: Iterable[str]) -> list[Parser]:
    """Parsers for numbers that carry one and the same currency, percent sign or unit.

    Covers `$1,234.50`, `12 %`, `(432)`, `10 km`, `$219 B`, `10,000+`. Two different units in a
    column give no parser: they cannot be one number. Nor does a bare `01`: beside it, `1A` is a
    code and no current, and both would become 1.
    """
    matches = [m for v in values if (m := _AFFIXED.fullmatch(v)) is not None]
    if any(_CODE.fullmatch(m.string) for m in matches):
        return []
    units = {
        (u.strip().lower(), u.strip()) for m in matches if (u := m["prefix"] or m["suffix"] or "")
    }
    if not matches or len({lower for lower, _ in units}) > 1:
        return []
    unit = min(units)[1] if units else None
    scaled = any(m["magnitude"] for m in matches)
    signed = any(m["open"] for m in matches)
    if unit is None and not scaled and not signed:
        return []
    commas = [m["core"].strip() for m in matches if "," in m["core"]]
    decimal = bool(commas) and all(re.fullmatch(r"[0-9.]*,[0-9]{1,2}", c) for c in commas)
    return [affixed_parser(unit, scaled, decimal)]


def affixed_parser(unit: str | None, scaled: bool, decimal: bool) -> Parser:
    """Numbers with `unit` before or behind, magnitudes (k, M) if `scaled`, comma if `decimal`."""
    sign = "[+-]?"
    affix = re.escape(unit) if unit else ""
    affix = affix.replace("\\ ", " ")
    core = (
        r"[0-9]+(?:\.[0-9]{3})*(?:,[0-9]+)?"
        if decimal
        else r"(?:[0-9]+(?:,[0-9]{3})*(?:\.[0-9]*)?|\.[0-9]+)"
    )
    scale = rf"(?:\s*{_SCALES})?" if scaled else ""
    side = rf"(?:{affix})?" if affix else ""
    body = rf"{sign}\s*{side}\s*{sign}{core}{scale}\s*{side}"
    digits = "regexp_replace({v}, '[^0-9.,]', '', 'g')"
    if unit and re.search(r"[0-9.,]", unit):
        digits = f"regexp_replace(replace({{v}}, {literal(unit)}, ''), '[^0-9.,]', '', 'g')"
    clean = (
        f"replace(replace({digits}, '.', ''), ',', '.')"
        if decimal
        else f"replace({digits}, ',', '')"
    )
    value = f"TRY_CAST({clean} AS DOUBLE)"
    value += " * CASE WHEN {v} LIKE '(%' OR regexp_matches({v}, '^[^0-9]*-') THEN -1 ELSE 1 END"
    if scaled:
        value += f" * {_scale_sql(unit)}"
    parts = [
        p for p in (unit, "k/M/B" if scaled else None, "decimal ','" if decimal else None) if p
    ]
    return Parser(
        "number",
        rf"(?i:\({body}\)|{body})",
        f"({value})",
        f"number with {', '.join(parts) or 'parentheses'}",
        unit,
        checked=True,
    )


def _scale_sql(unit: str | None) -> str:
    text = f"replace(lower({{v}}), {literal((unit or '').lower())}, '')" if unit else "lower({v})"
    letters = f"regexp_extract({text}, '[a-z]+')"
    return (
        f"CASE {letters} WHEN 'k' THEN 1e3 WHEN 'thousand' THEN 1e3 WHEN 'm' THEN 1e6"
        " WHEN 'million' THEN 1e6 WHEN 'b' THEN 1e9 WHEN 'bn' THEN 1e9 WHEN 'billion' THEN 1e9"
        " WHEN 't' THEN 1e12 ELSE 1 END"
    )
