"""A first line that declares the delimiter for Excel: `sep=;`.

The source is copied beside exported models.
"""

import re
from collections.abc import Sequence

DECLARING_LENGTH = 32
"""Characters within which such a line ends."""
LINES_BELOW = 20
"""Lines below it that must have the delimiter."""
_DECLARING = re.compile(r'\ufeff?("?)sep=(?P<delimiter>[^\w\s"\']|\t)\1[ ;,\t]*\r?\n')


def declared_delimiter(line: str) -> str | None:
    r"""Return the delimiter that a line (with its end) declares; None if it is another line.

    Example:
        >>> declared_delimiter("sep=;\n"), declared_delimiter("a;b\n")
        (';', None)
    """
    found = _DECLARING.fullmatch(line)
    return found["delimiter"] if found else None


def is_used(delimiter: str, below: Sequence[str]) -> bool:
    """Return whether most of the lines below, without the blank ones, have the delimiter."""
    filled = [line for line in below if line.strip()]
    return 2 * sum(delimiter in line for line in filled) >= len(filled) > 0


def declaring_note(delimiter: str) -> str:
    """Return the note on such a line."""
    return f"The first line declares the delimiter {delimiter!r}."


def without_declaring_line(text: str) -> tuple[str, str | None, list[str]]:
    """Return the text with a blank line for one that declares the delimiter, and the note on it.

    The delimiter is None without such a line, and where most lines below do not have it.
    """
    first, end, below = text.partition("\n")
    declared = declared_delimiter(first + end) if len(first) < DECLARING_LENGTH else None
    if declared is None:
        return text, None, []
    used = is_used(declared, below.split("\n", LINES_BELOW)[:LINES_BELOW])
    return f"\n{below}", declared if used else None, [declaring_note(declared)]
