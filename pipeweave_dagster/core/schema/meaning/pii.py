"""Detect personal data by name and pattern, so that reports can mask it."""

import re
from collections.abc import Callable
from itertools import pairwise

from pipeweave_dagster.core.schema.column_profile import ColumnProfile
from pipeweave_dagster.core.schema.meaning.base import PHONE, Meaning

_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("email", re.compile(r"[\w.+%-]+@[\w-]+(\.[\w-]+)+")),
    ("ip", re.compile(r"(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)")),
    ("ssn", re.compile(r"(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}")),
)
_CARD = re.compile(r"(?:\d[ -]?){12,18}\d")
_PERSON = re.compile(r"[^\W\d_][\w'’.-]*([ ,]+[(\"']*[^\W\d_][\w'’.()\"-]*){0,12}")  # noqa: RUF001
_ADDRESS = re.compile(
    r"\d+[\w-]*\s+\S.*|.*\b(street|st|ave|avenue|road|rd|blvd|lane|drive|dr|way|court)\b\.?.*",
    re.IGNORECASE,
)
_PERSON_COLUMN = re.compile(
    r"^(name|full[_ ]?name|first[_ ]?(name)?|last[_ ]?(name)?|surname|forename|given[_ ]?name|"
    r"family[_ ]?name|middle[_ ]?(name)?|(customer|employee|patient|person|contact|user|client|"
    r"passenger|member|student)[_ ]?name)$",
    re.IGNORECASE,
)
_BIRTH_COLUMN = re.compile(
    r"(^|[_\W])(dob|birth|birth_?date|date_?of_?birth|born|birthday)($|[_\W])", re.IGNORECASE
)


def pii_kind(profile: ColumnProfile, meaning: Meaning, name: str) -> str | None:
    """Return the kind of personal data, None if the column has none.

    The kinds are email, ip, ssn, card, phone, person, address, birth_date.
    """
    if profile.storage in {"date", "datetime"}:
        return "birth_date" if _BIRTH_COLUMN.search(name) else None
    values = [v.strip() for v in (*profile.sample, *profile.top) if v.strip()][:250]
    if not values or profile.storage in {"number", "boolean", "time"}:
        return None
    for kind, pattern in _PATTERNS:
        if _most_match(values, lambda v, p=pattern: p.fullmatch(v) is not None):  # type: ignore[misc]
            return kind
    if _most_match(values, _is_card):
        return "card"
    if profile.storage != "text":
        return None
    return _by_name(values, profile, meaning, name)


def _by_name(values: list[str], profile: ColumnProfile, meaning: Meaning, name: str) -> str | None:
    if re.search(r"phone|mobile|tel(ephone)?$|fax", name, re.IGNORECASE):
        return "phone" if _most_match(values, lambda v: PHONE.fullmatch(v) is not None) else None
    if _PERSON_COLUMN.match(name.strip()) and profile.distinct > 20:
        persons = _most_match(values, lambda v: _PERSON.fullmatch(v) is not None)
        return "person" if persons and profile.mean_words < 8 else None
    if re.search(r"address|street", name, re.IGNORECASE):
        return (
            "address" if _most_match(values, lambda v: _ADDRESS.fullmatch(v) is not None) else None
        )
    return "email" if meaning.type == "email" else None


def _most_match(values: list[str], matches: Callable[[str], bool]) -> bool:
    return sum(map(matches, values)) >= 0.8 * len(values)


def _is_card(text: str) -> bool:
    if not _CARD.fullmatch(text):
        return False
    return luhn([int(c) for c in text if c.isdigit()])


def luhn(digits: list[int]) -> bool:
    """Return whether digits satisfy the check digit rule of card numbers (ISO/IEC 7812-1)."""
    total = 0
    for position, digit in enumerate(reversed(digits)):
        doubled = digit * 2 if position % 2 else digit
        total += doubled - 9 if doubled > 9 else doubled
    varied = any(a != b for a, b in pairwise(digits))
    return varied and total % 10 == 0
