"""Counts in texts."""

_ONE = {"are": "is", "were": "was", "have": "has", "do": "does"}


def counted(count: int, noun: str, verb: str = "") -> str:
    """Return a count with its noun, and a verb that agrees; in the plural unless it is 1.

    Args:
        count: The number.
        noun: In the singular.
        verb: In the plural, with what follows it; only its first word is changed.

    Example:
        >>> counted(1, "row"), counted(3000, "empty row")
        ('1 row', '3,000 empty rows')
        >>> counted(1, "row", "have no target"), counted(2, "row", "fail")
        ('1 row has no target', '2 rows fail')
        >>> counted(2, "category"), counted(2, "day")
        ('2 categories', '2 days')
    """
    several = f"{noun[:-1]}ies" if noun.endswith("y") and noun[-2:-1] not in "aeiou" else f"{noun}s"
    text = f"{count:,} {noun}" if count == 1 else f"{count:,} {several}"
    if not verb:
        return text
    first, space, rest = verb.partition(" ")
    return f"{text} {_ONE.get(first, first + 's') if count == 1 else first}{space}{rest}"
