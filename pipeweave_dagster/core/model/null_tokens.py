"""Texts that commonly stand for a missing value."""

import re

_NULL_SIGNS = {"?", "-", "--", ".", "..", "...", "*", ":", "\u2013", "\u2014", "\u2212", "\u2026"}
_NULL_TEXTS = {
    *(
        "na",
        "n/a",
        "n.a.",
        "nan",
        "-nan",
        "nat",
        "<na>",
        "null",
        "none",
        "nil",
        "(null)",
        "missing",
    ),
    *("inf", "-inf", "+inf", "infinity", "-infinity", "unknown", "\\n", "tbd", "not available"),
    *("no data", "nd", "n.d.", "(blank)", "(leer)", "(vide)", "k.a.", "k. a.", "keine angabe"),
    *("keine angaben", "sin datos", "no disponible", "non disponible"),
}
_PRINTED_NAN = {"1.#ind", "-1.#ind", "1.#qnan", "-1.#qnan", "1.#inf", "-1.#inf"}
_NOT_AVAILABLE = {"#n/a", "#n/a n/a", "#na", "#nv", "#n/d", "#n/b", "#nd", "#н/д"}
NULL_TOKENS = frozenset(_NULL_SIGNS | _NULL_TEXTS | _PRINTED_NAN | _NOT_AVAILABLE)

_NEVER_A_CATEGORY = (
    _PRINTED_NAN
    | _NOT_AVAILABLE
    | {
        *("?", "na", "n/a", "n.a.", "n.a", "<na>", "nan", "nat", "null", "(null)", "\\n"),
        *("not available", "no data", "k.a.", "k. a.", "(blank)", "(leer)", "(vide)", "sin datos"),
        *("no disponible", "non disponible"),
    }
)

# Error values of spreadsheets, in the language of the program: `#DIV/0!`, `#WERT!`, `#¿NOMBRE?`.
_SHEET_ERROR = re.compile(r"#[¡¿]?[^\W\d_]{2,12}(?:/0)?[!?]")
# Stata writes `.a` to `.z` for missing values with a reason, SAS also `._`.
_CODED_REASON = re.compile(r"\.[a-z_]")

# `***`, `./.`, `--:--`, and `n/e` of power exchanges: where numbers or dates belong, no values.
_MARKS = re.compile(r"[*\-_.?~=/:\u2013\u2014\u2026]{2,12}|n/[a-z]")

AMBIGUOUS = frozenset({"none", "nd"})
"""More likely a category (no alley access; North Dakota) than a missing value."""


def is_null_token(text: str) -> bool:
    """Return whether a text commonly stands for a missing value, ignoring case.

    Example:
        >>> is_null_token("N/A"), is_null_token("#WERT!"), is_null_token("..")
        (True, True, True)
    """
    folded = text.casefold()
    return folded in NULL_TOKENS or (folded[:1] in {"#", "."} and _is_coded(folded))


def is_null_among_values(text: str) -> bool:
    """Return whether a text stands for a missing value where numbers, dates or booleans belong.

    Example:
        >>> is_null_among_values("***"), is_null_token("***"), is_null_among_values("+")
        (True, False, False)
    """
    return is_null_token(text) or _MARKS.fullmatch(text.casefold()) is not None


def _is_coded(text: str) -> bool:
    return _SHEET_ERROR.fullmatch(text) is not None or _CODED_REASON.fullmatch(text) is not None


def kind_of_null(text: str) -> str:
    """Return a text that stands for all tokens of a kind: errors of spreadsheets, coded reasons.

    Example:
        >>> kind_of_null("#DIV/0!") == kind_of_null("#REF!"), kind_of_null("N/A")
        (True, 'n/a')
    """
    folded = text.casefold()
    return folded[0] if folded[:1] in {"#", "."} else folded


def is_never_a_category(text: str) -> bool:
    """Return whether a text is no category; `-` is one beside `+`, and so may be `unknown`.

    Example:
        >>> is_never_a_category("#NV"), is_never_a_category("-")
        (True, False)
    """
    folded = text.casefold()
    return folded in _NEVER_A_CATEGORY or _SHEET_ERROR.fullmatch(folded) is not None


def is_placeholder(text: str) -> bool:
    """Return whether a category is more likely a missing value than a category.

    Example:
        >>> is_placeholder("N/A"), is_placeholder("none"), is_placeholder(".c")
        (True, False, False)
    """
    folded = text.casefold()
    is_category = folded in AMBIGUOUS or _CODED_REASON.fullmatch(folded) is not None
    return is_null_token(text) and not is_category
