"""Texts that look like numbers but are none: part codes such as `12E5`."""

import re
from collections.abc import Collection

_EXPONENT = re.compile(r"([0-9]+)([eE])[0-9]+")
_NUMERIC = re.compile("[0-9eE]+")


def are_codes(values: Collection[str]) -> bool:
    """Return whether distinct values with an exponent are codes.

    Programs write one digit before the exponent, a small `e`, or a sign or point (`1e+05`,
    `1.2E7`); a column of codes has none of these (`12E5`, `7E3`).

    Example:
        >>> are_codes({"12E5", "40E7"}), are_codes({"1e3", "2.5e4"})
        (True, False)
    """
    exponents = [m for m in map(_EXPONENT.fullmatch, values) if m]
    if not exponents or not all(map(_NUMERIC.fullmatch, values)):
        return False
    unusual = sum(m[2] == "E" or len(m[1]) > 1 for m in exponents)
    if unusual < len(exponents):
        return False
    return 2 * len(exponents) >= len(values) or len({len(v) for v in values}) == 1
