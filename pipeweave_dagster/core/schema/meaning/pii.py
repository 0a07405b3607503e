"""Detect personal data by name and pattern, so that reports can mask it."""

import re
from collections.abc import Callable
from itertools import pairwise

from pipeweave_dagster.core.personal_words import PersonalKind, personal_kinds
from pipeweave_dagster.core.schema.column_profile import ColumnProfile
from pipeweave_dagster.core.schema.meaning.base import PHONE, Meaning

_EMAIL = re.compile(r"[\w.+%-]+@[\w-]+(\.[\w-]+)+")
_IP = re.compile(r"(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)")
_SSN = re.compile(r"(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}")
_CARD = re.compile(r"(?:\d[ -]?){12,18}\d")
_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}")
_PERSON = re.compile(r"[^\W\d_][\w'’.-]*([ ,]+[(\"']*[^\W\d_][\w'’.()\"-]*){0,12}")  # noqa: RUF001
_ADDRESS = re.compile(
    # A number before the street, or after it, or a street without one.
    r"\d+[\w-]*\s+\S.*|[^\W\d_][^\d]*[\s.:]\d+.*|"
    r".*\b(street|st|ave|avenue|road|rd|blvd|lane|drive|dr|way|court)\b\.?.*",
    re.IGNORECASE,
)
_ACCOUNT = re.compile(r"[A-Z]{0,4}(?:[ -]?[0-9A-Z]){5,33}[ -]?\d", re.IGNORECASE)
# So few values of a general name are categories rather than persons.
_FEWEST_NAMES = 20
# 7 digits may be a count; few numbers of other things have as many as those of telephones.
_DIGITS_OF_PHONES = range(9, 16)


def pii_kind(profile: ColumnProfile, meaning: Meaning, name: str) -> str | None:
    """Return the kind of personal data, None if the column has none.

    The kinds are email, ip, ssn, card, iban, phone, person, address, birth_date.
    """
    named = personal_kinds(name)
    if profile.storage in {"date", "datetime"}:
        return "birth_date" if "birth_date" in named else None
    values = [v.strip() for v in (*profile.sample, *profile.top) if v.strip()][:250]
    if not values or profile.storage in {"number", "boolean", "time"}:
        return None
    for kind, matches in _BY_VALUES:
        if _most_match(values, matches):
            return kind
    if profile.storage == "integer":
        phones = "phone" in named and _most_match(values, _is_whole_phone)
        return "phone" if phones else None
    return _by_name(values, profile, meaning, named) if profile.storage == "text" else None


def _by_name(
    values: list[str], profile: ColumnProfile, meaning: Meaning, named: frozenset[PersonalKind]
) -> str | None:
    if "phone" in named:
        return "phone" if _most_match(values, PHONE.fullmatch) else None
    if "person" in named or ("name" in named and profile.distinct > _FEWEST_NAMES):
        persons = _most_match(values, _PERSON.fullmatch)
        return "person" if persons and profile.mean_words < 8 else None
    if "account" in named:
        return "iban" if _most_match(values, _ACCOUNT.fullmatch) else None
    if "address" in named:
        return "address" if _most_match(values, _ADDRESS.fullmatch) else None
    return "email" if meaning.type == "email" else None


def _most_match(values: list[str], matches: Callable[[str], object]) -> bool:
    return sum(map(bool, map(matches, values))) >= 0.8 * len(values)


def _is_card(text: str) -> bool:
    if not _CARD.fullmatch(text):
        return False
    return luhn([int(c) for c in text if c.isdigit()])


def _is_iban(text: str) -> bool:
    """Return whether a text is an account number with its check digits (ISO 13616)."""
    number = text.replace(" ", "").upper()
    if not _IBAN.fullmatch(number):
        return False
    return int("".join(str(int(c, 36)) for c in number[4:] + number[:4])) % 97 == 1


def _is_whole_phone(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) in _DIGITS_OF_PHONES


def luhn(digits: list[int]) -> bool:
    """Return whether digits satisfy the check digit rule of card numbers (ISO/IEC 7812-1)."""
    total = 0
    for position, digit in enumerate(reversed(digits)):
        doubled = digit * 2 if position % 2 else digit
        total += doubled - 9 if doubled > 9 else doubled
    varied = any(a != b for a, b in pairwise(digits))
    return varied and total % 10 == 0


_BY_VALUES: tuple[tuple[str, Callable[[str], object]], ...] = (
    ("email", _EMAIL.fullmatch),
    ("ip", _IP.fullmatch),
    ("ssn", _SSN.fullmatch),
    ("card", _is_card),
    ("iban", _is_iban),
)
