# ruff: noqa: RUF001 - the characters are compared with those of a text
"""The script of a character, and how well it stands beside its neighbours."""

import unicodedata
from functools import cache

_DASHES_AND_BULLETS = "—–•"
_VOWELS_BEFORE = {("a", "á"): 8.0, ("o", "á"): 3.0}
"""`Straáe` is `Straße`: no language writes á behind a, and few behind o."""

_IN_NUMBER = 12.0
"""No letter stands between two digits, but a no-break space does: `1 200`."""


def is_space_of_number(before: str, char: str, after: str) -> bool:
    """Return whether a character is the no-break space within a number, or beside its unit.

    Example:
        >>> is_space_of_number("1", "\u00a0", "2"), is_space_of_number("t", "\u00a0", "A")
        (True, False)
    """
    return char == "\u00a0" and (before.isdecimal() or after.isdecimal())


def context_bits(before: str, char: str, after: str) -> float:
    """Return the bits that the neighbours of a character cost: letters occur in words.

    A dash or a bullet does not end a word, nor does a second capital begin one.
    """
    script = script_of(char)
    if script == "symbol":
        inside = after.isalpha() and char not in "’·"
        return 5.0 if before.isalpha() and (inside or char in _DASHES_AND_BULLETS) else 0.0
    if script == "han":
        return 0.0
    neighbours = [script_of(c) for c in (before, after) if c.isalpha() or not c.isascii()]
    bits = 3.0 if not neighbours else 0.0
    bits += _IN_NUMBER if before.isdecimal() and after.isdecimal() else 0.0
    bits += _VOWELS_BEFORE.get((before.lower(), char), 0.0)
    if char.isupper() and before.isalpha() and before.islower():
        bits += 7.0
    if char.isupper() and before.isupper() and after.islower():
        bits += 5.0
    if char.islower() and after.isupper():
        bits += 5.0
    if script == "latin":
        return bits + 2.5 * sum(not c.isascii() for c in (before, after))
    return bits + 6.0 * sum(n not in {script, "symbol"} for n in neighbours)


@cache
def script_of(char: str) -> str:
    """Return the script of a character, coarsely: by the first word of its Unicode name."""
    if char.isascii():
        return "latin" if char.isalpha() else "symbol"
    category = unicodedata.category(char)
    if category[0] not in "LM":
        return "symbol"
    script = unicodedata.name(char, "?").split()[0].lower()
    return "han" if script in {"cjk", "hiragana", "katakana", "hangul"} else script
