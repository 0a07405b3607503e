"""Numbers beside each other that look like one with blanks for thousands: `101 202`, `1 158 118`.

Where every field behind the first has three digits, a line is a number with blanks as marks for
thousands, or a row of several columns. Small pieces of evidence, in bits for columns, decide.
"""

import re

from pipeweave_dagster.core.model.value_kinds import kind_of

_SURE_BITS = 3.0
"""Evidence from which on no doubt is worth a note."""
_RULED_OUT, _ABOUT_ALIKE = 0.5, 0.03
_PRIOR = -2.0
_NUMBER = re.compile(r"[+-]?\d{1,3}(?: \d{3})+(?:[.,]\d+)?")
_SAME_NAMES, _NAMES_OF_THREE, _NAMES_OF_MANY, _OTHER_NAMES = 2.0, 3.3, 5.0, -6.0
_ALIKE_TWO, _ALIKE_MANY = 1.0, 2.0
_FULL_FIRST, _VARIED_FIRST = 2.0, -1.0
_NO_ZERO, _MOST_NO_ZERO, _ZERO = 0.152, 10.0, -4.3
"""One of ten groups of thousands begins with 0, and hardly any number of a column of its own."""
_ZERO_IN_FRONT = 10.0
"""No number with thousands begins with 0."""


def alone_beside_blanks(alone: float, score: float, lines: list[str]) -> float:
    """Return the score of the reading as one column, beside that of columns between blanks.

    Args:
        alone: The score of one column by the types of its values.
        score: The score of the columns between blanks.
        lines: The lines that are not blank, with their header.
    """
    bits = bits_of_columns(lines)
    if bits is None:
        return alone
    if abs(bits) < _SURE_BITS:  # so close that the doubt is noted
        return score * (1 - _ABOUT_ALIKE if bits > 0 else 1 + _ABOUT_ALIKE)
    return min(alone, score * _RULED_OUT) if bits > 0 else alone


def bits_of_columns(lines: list[str]) -> float | None:
    """Return by how many bits numbers between blanks are rather columns than one number.

    Args:
        lines: The lines that are not blank, with their header.

    Returns:
        None where no line is such a number; below 0 where they are rather one number.

    Example:
        >>> bits_of_columns(["x y", "101 202", "303 404"]) > 0
        True
        >>> bits_of_columns(["people", "1 202", "24 050"]) < 0
        True
    """
    texts = [line.strip() for line in lines]
    first = next((i for i, text in enumerate(texts) if kind_of(text) == "number"), 0)
    numbers = {text for text in texts[first:] if kind_of(text) == "number"}
    if not numbers or not all(map(_NUMBER.fullmatch, numbers)):
        return None
    rows = [text.split() for text in numbers]
    if len({len(row) for row in rows}) > 1:
        return None
    bits = _PRIOR + (_ALIKE_TWO if len(rows[0]) == 2 else _ALIKE_MANY)
    return bits + _header_bits(texts[first - 1] if first else "", len(rows[0])) + _digit_bits(rows)


def _header_bits(names: str, width: int) -> float:
    """Return the evidence of a header, which has a word per column; none without a header."""
    if not names:
        return 0.0
    if len(names.split()) != width:
        return _OTHER_NAMES
    return {2: _SAME_NAMES, 3: _NAMES_OF_THREE}.get(width, _NAMES_OF_MANY)


def _digit_bits(rows: list[list[str]]) -> float:
    """Return the evidence of the digits: where zeros stand, and how long the first groups are."""
    firsts = [row[0].lstrip("+-") for row in rows]
    groups = [group for row in rows for group in row[1:]]
    zeros = sum(group.startswith("0") for group in groups)
    bits = min(_NO_ZERO * (len(groups) - zeros), _MOST_NO_ZERO) + _ZERO * zeros
    bits += _FULL_FIRST if {len(first) for first in firsts} == {3} else _VARIED_FIRST
    return bits + _ZERO_IN_FRONT * any(first.startswith("0") for first in firsts)
