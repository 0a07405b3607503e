"""Texts that commonly stand for a missing value."""

NULL_TOKENS = frozenset(
    {"?", "-", "--", ".", "*", "na", "n/a", "#n/a", "n.a.", "nan", "null", "none", "nil", "(null)"}
    | {"missing", "inf", "-inf", "+inf", "infinity", "-infinity", "unknown", "\\n", "#value!"}
    | {"#div/0!", "#ref!", "tbd", "not available", "no data", "nd", "n.d."}
)


def is_null_token(text: str) -> bool:
    """Return whether a text commonly stands for a missing value, ignoring case.

    Example:
        >>> is_null_token("N/A")
        True
    """
    return text.casefold() in NULL_TOKENS
