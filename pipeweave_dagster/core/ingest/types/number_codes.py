"""Texts that look like numbers but are none: part codes, phone numbers, versions."""

import re
from collections.abc import Collection

_EXPONENT = re.compile(r"([0-9]+)([eE])[0-9]+")
_NUMERIC = re.compile("[0-9eE]+")
_PHONE = re.compile(r"\+[1-9](?:[ -]?[0-9]){8,14}")
_VERSION = re.compile(r"[0-9]{1,4}\.(?:0|[1-9][0-9]{0,3})")
_VERSION_NAME = re.compile(
    r"(?:^|[^a-z])(?:versions?|ver|releases?|revisions?|rev|build|section|chapter|clause|paragraph)"
    r"(?:$|[^a-z])",
    re.IGNORECASE,
)
_WORD_START = re.compile(r"(?<=[a-z])(?=[A-Z])")


def are_codes(values: Collection[str], name: str = "") -> bool:
    """Return whether distinct values that look like numbers are codes; see `code_note`.

    Programs write one digit before the exponent, a small `e`, or a sign or point (`1e+05`,
    `1.2E7`); a column of codes has none of these (`12E5`, `7E3`).

    Example:
        >>> are_codes({"12E5", "40E7"}), are_codes({"1e3", "2.5e4"})
        (True, False)
        >>> are_codes({"1.1", "1.10"}, "version"), are_codes({"1.1", "1.10"}, "price")
        (True, False)
    """
    if code_note(values, name):
        return True
    exponents = [m for m in map(_EXPONENT.fullmatch, values) if m]
    if not exponents or not all(map(_NUMERIC.fullmatch, values)):
        return False
    unusual = sum(m[2] == "E" or len(m[1]) > 1 for m in exponents)
    if unusual < len(exponents):
        return False
    return 2 * len(exponents) >= len(values) or len({len(v) for v in values}) == 1


def code_note(values: Collection[str], name: str) -> str | None:
    """Return why a column of phone numbers or versions is kept as text; None for other values."""
    if are_phone_numbers(values):
        return "Phone numbers are kept as text, with their +."
    pair = equal_versions(values) if _VERSION_NAME.search(_WORD_START.sub("_", name)) else None
    return f"Versions are kept as text: {pair[0]} and {pair[1]} are two values." if pair else None


def are_phone_numbers(values: Collection[str]) -> bool:
    """Return whether half of the values have a sign, and each is a + before at least nine digits.

    The digits may stand in blocks, as in `+48 704 136 689`.

    Example:
        >>> are_phone_numbers({"+49301234567", "301234567"}), are_phone_numbers({"+5", "-2"})
        (True, False)
    """
    signed = [value for value in values if value[:1] in {"+", "-"}]
    return 0 < len(values) <= 2 * len(signed) and all(map(_PHONE.fullmatch, signed))


def equal_versions(values: Collection[str]) -> tuple[str, str] | None:
    """Return two of the values, such as 1.1 and 1.10, that are versions but equal as numbers.

    Versions count behind the point, so no digits there begin with a zero, as those of amounts do.

    Example:
        >>> equal_versions({"1.1", "1.9", "1.10"}), equal_versions({"1.1", "1.05", "1.10"})
        (('1.1', '1.10'), None)
    """
    longer = [v for v in values if v.endswith("0") and v[:-1] in values and v[-2:] != ".0"]
    dotted = longer and all(_VERSION.fullmatch(v) or v.isdigit() for v in values)
    return (longer[0][:-1], longer[0]) if dotted and "." in longer[0] else None
