"""Counts in notes."""


def counted(count: int, noun: str) -> str:
    """Return a count with its noun, in the plural unless it is 1.

    Example:
        >>> counted(1, "row"), counted(3, "empty row")
        ('1 row', '3 empty rows')
    """
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
