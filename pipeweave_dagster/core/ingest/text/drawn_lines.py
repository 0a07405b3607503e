"""The lines of a drawn table that are no rows, and the places of its characters."""

import re
import unicodedata

_RULE = re.compile(r"\s*[|+]?\s*:?[-=]+:?\s*(?:[|+]\s*:?[-=]+:?\s*)*[|+]?\s*")
_COLUMN_RULE = re.compile(r" *(?:-{2,}|={2,})(?: +(?:-+|=+))+ *")
PLAIN_RULE = re.compile("-{10,}|={10,}|_{10,}")
JOINT = re.compile(r"[|+]")
BAR = re.compile(r"(?<!\\)\|")
SECOND_HALF = "\x00"
"""Fills the second place of a character that is twice as wide as others."""


def is_jointed_rule(line: str) -> bool:
    """Return whether a line consists of dashes and of joints between them."""
    return _RULE.fullmatch(line) is not None and JOINT.search(line) is not None


def is_plain_rule(line: str) -> bool:
    """Return whether a line consists of dashes alone."""
    return PLAIN_RULE.fullmatch(line.strip()) is not None


def is_column_rule(line: str) -> bool:
    """Return whether a line has dashes for each of several columns."""
    return _COLUMN_RULE.fullmatch(line) is not None


def bars_in(line: str) -> int:
    """Return the number of bars in a line that no backslash makes part of a cell."""
    return len(BAR.findall(line))


def by_places(line: str) -> str:
    """Return a line with one character per place: a wide letter takes two, an accent none."""
    if line.isascii():
        return line
    text = unicodedata.normalize("NFC", line)
    wide = {"W", "F"}
    return "".join(c + SECOND_HALF * (unicodedata.east_asian_width(c) in wide) for c in text)
