"""Texts that commonly stand for a missing value."""

NULL_TOKENS = frozenset(
    {"?", "-", "--", ".", "*", "na", "n/a", "#n/a", "n.a.", "nan", "null", "none", "nil", "(null)"}
    | {"missing", "inf", "-inf", "+inf", "infinity", "-infinity", "unknown", "\\n", "#value!"}
    | {
        "\u2013",
        "\u2014",
        "\u2212",
        "#div/0!",
        "#ref!",
        "tbd",
        "not available",
        "no data",
        "nd",
        "n.d.",
    }
)

AMBIGUOUS = frozenset({"none", "nd"})
"""More likely a category (no alley access; North Dakota) than a missing value."""


def is_null_token(text: str) -> bool:
    """Return whether a text commonly stands for a missing value, ignoring case.

    Example:
        >>> is_null_token("N/A")
        True
    """
    return text.casefold() in NULL_TOKENS


def is_placeholder(text: str) -> bool:
    """Return whether a category is more likely a missing value than a category.

    Example:
        >>> is_placeholder("N/A"), is_placeholder("none")
        (True, False)
    """
    return is_null_token(text) and text.casefold() not in AMBIGUOUS
