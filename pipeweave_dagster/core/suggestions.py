"""Suggest known names that resemble an unknown one."""

from collections.abc import Iterable


def nearest_names(
    name: str, known: Iterable[str], *, count: int = 3, cutoff: float = 0.6
) -> list[str]:
    """Return the known names most similar to `name`, ignoring case, the most similar first.

    Args:
        name: The unknown name.
        known: The names to choose from.
        count: Maximum number of names to return.
        cutoff: Minimum similarity (difflib's ratio, 0 to 1).

    Example:
        >>> nearest_names("Fair", ["fare", "sex"])
        ['fare']
    """
    from difflib import get_close_matches

    folded: dict[str, str] = {}
    for candidate in known:
        folded.setdefault(candidate.casefold(), candidate)
    return [folded[n] for n in get_close_matches(name.casefold(), list(folded), count, cutoff)]


def did_you_mean(near: Iterable[str], otherwise: str = "") -> str:
    """Return the hint "Did you mean …?" for the nearest names, or `otherwise` if there are none.

    Example:
        >>> did_you_mean(nearest_names("Fair", ["fare", "sex"]))
        "Did you mean 'fare'?"
    """
    quoted = ", ".join(repr(candidate) for candidate in near)
    return f"Did you mean {quoted}?" if quoted else otherwise
