"""Counts, and lists of names, in texts."""

from collections.abc import Sequence

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
        >>> counted(2, "category"), counted(2, "day"), counted(2, "class")
        ('2 categories', '2 days', '2 classes')
        >>> counted(2, "row of labels", "have no id")
        '2 rows of labels have no id'
    """
    text = f"{count:,} {noun if count == 1 else _plural(noun)}"
    if not verb:
        return text
    first, space, rest = verb.partition(" ")
    return f"{text} {_ONE.get(first, first + 's') if count == 1 else first}{space}{rest}"


def _plural(noun: str) -> str:
    head, of, rest = noun.partition(" of ")
    if head.endswith("y") and head[-2:-1] not in "aeiou":
        return f"{head[:-1]}ies{of}{rest}"
    return f"{head}{'es' if head.endswith(('s', 'x', 'ch', 'sh')) else 's'}{of}{rest}"


def quoted_names(names: Sequence[str], most: int = 10, longest: int = 80) -> str:
    """Return quoted names as a list in a sentence.

    Args:
        names: The names.
        most: How many are listed; the others are counted.
        longest: From how many characters a name is cut.

    Example:
        >>> quoted_names(["a", "b", "c"], most=2)
        "'a', 'b' and 1 more"
    """
    shown = [n if len(n) <= longest else f"{n[:longest]}…" for n in names[:most]]
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(map(repr, shown)) + more
