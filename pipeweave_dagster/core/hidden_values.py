"""Values that must not be shown: what stands for them, and notes that quote them."""

import re
from collections.abc import Collection, Sequence

HIDDEN = "(hidden)"
"""Stands for a value of a column with personal data."""
_QUOTED = re.compile(r"'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"")


def is_of_hidden(feature: str, hidden: Collection[str]) -> bool:
    """Return whether a feature is a hidden column, or a part of one, as `born (year)` of `born`."""
    return feature in hidden or feature.rpartition(" (")[0] in hidden


def without_quotes(text: str, names: Collection[str] = ()) -> str:
    """Return a text whose quotes name columns or marks, and hide everything else.

    Example:
        >>> without_quotes("'age': 'Jane Roe' in line 3, delimiter ','", {"age"})
        "'age': (hidden) in line 3, delimiter ','"
    """

    def shown(match: re.Match[str]) -> str:
        quoted = match[0][1:-1]
        return match[0] if quoted in names or not any(map(str.isalnum, quoted)) else HIDDEN

    return _QUOTED.sub(shown, text)


def notes_without_values(notes: Sequence[str], hidden: Collection[str]) -> list[str]:
    """Return notes on reading, of which those that begin with a hidden column quote no value.

    Example:
        >>> notes_without_values(["born: 'Roe' is no date.", "age: 'x' is no number."], ["born"])
        ['born: (hidden) is no date.', "age: 'x' is no number."]
    """
    starts = tuple(f"{name}: " for name in hidden)
    return [without_quotes(n, hidden) if starts and n.startswith(starts) else n for n in notes]
