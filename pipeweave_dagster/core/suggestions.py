"""Suggest known names that resemble an unknown one."""

from collections.abc import Iterable

_VERY_NEAR = 0.75
_SHORTEST = 3
"""Letters from which on a name may abbreviate another."""


def nearest_names(
    name: str, known: Iterable[str], *, count: int = 3, cutoff: float = 0.6
) -> list[str]:
    """Return the known names most similar to `name`, ignoring case, the most similar first.

    Names that it abbreviates, or that abbreviate it, come after those with hardly a difference.

    Args:
        name: The unknown name.
        known: The names to choose from.
        count: Maximum number of names to return.
        cutoff: Minimum similarity (difflib's ratio, 0 to 1).

    Example:
        >>> nearest_names("Fair", ["fare", "sex"])
        ['fare']
        >>> nearest_names("Krea", ["Kreatinin (mg/dl)", "CRP"])
        ['Kreatinin (mg/dl)']
    """
    from difflib import get_close_matches

    folded: dict[str, str] = {}
    for candidate in known:
        folded.setdefault(candidate.casefold(), candidate)
    wanted = name.casefold()
    names = list(folded)
    near = get_close_matches(wanted, names, count, cutoff)
    very_near = get_close_matches(wanted, near, count, _VERY_NEAR)
    abbreviated = sorted((n for n in names if _abbreviates(wanted, n)), key=len)
    found = dict.fromkeys([*very_near, *abbreviated, *near])
    return [folded[n] for n in [*found][:count]]


def _abbreviates(one: str, other: str) -> bool:
    """Return whether one of the names is the beginning of the other."""
    short, long = sorted((one.strip(". "), other.strip(". ")), key=len)
    return len(short) >= _SHORTEST and long.startswith(short)


def did_you_mean(near: Iterable[str], otherwise: str = "") -> str:
    """Return the hint "Did you mean …?" for the nearest names, or `otherwise` if there are none.

    Example:
        >>> did_you_mean(nearest_names("Fair", ["fare", "sex"]))
        "Did you mean 'fare'?"
    """
    quoted = ", ".join(repr(candidate) for candidate in near)
    return f"Did you mean {quoted}?" if quoted else otherwise
