"""Texts that give a bound instead of a number: `90+`, `>100`, `90 and over`, `less than 5`."""

import re
from collections import Counter

from pipeweave_dagster.core.ingest.types.type_decisions import described_texts

_NUMBER = r"[0-9][0-9.,]*+"
_AND = "(?:and|or|und|oder|et|ou|y|o|e|og|eller|och|en|of)"
_BEYOND = (
    "(?:over|above|more|older|up|upwards|later|less|fewer|under|below|younger|mehr|älter|darüber|"
    "weniger|jünger|darunter|plus|moins|más|mas|menos|più|meno|mais|eldre|ældre|äldre|mer|mere|"
    "flere|derover|ouder|meer|minder)"
)
_BEFORE = (
    "(?:under|over|below|above|up to|at least|at most|(?:less|more|fewer|greater|older|younger)"
    " than|unter|über|bis|ab|mindestens|höchstens|(?:weniger|mehr|älter|jünger) als|"
    "(?:moins|plus) de|(?:menos|más|mas) de|hasta|meno di|più di|minder dan|meer dan)"
)
_BOUND = re.compile(
    rf"[<>≤≥~]=?\s*\d.*|{_NUMBER} (?:[^\W\d]{{1,9}} )?{_AND} {_BEYOND}|"
    rf"{_BEFORE} {_NUMBER}(?: [^\W\d]{{1,9}})?",
    re.IGNORECASE,
)
LOWER_BOUND = "+"
"""The sign of a lower bound, which is read like a unit."""


def is_bound(text: str) -> bool:
    """Return whether a text gives a bound of a number.

    Example:
        >>> [is_bound(text) for text in ("<=5", "90 and over", "moins de 5", "5 apples")]
        [True, True, True, False]
    """
    return _BOUND.fullmatch(text) is not None


def note_on_lower_bounds(unit: str | None, sample: Counter[str]) -> str | None:
    """Return what the user should know of numbers with a +, which are read without it.

    Args:
        unit: What stands beside the numbers of a column.
        sample: Its values, or a sample of them, with counts.
    """
    if unit != LOWER_BOUND:
        return None
    bounds = {v: n for v, n in sample.items() if v.endswith(LOWER_BOUND)}
    if len(bounds) == len(sample):
        return "All values are lower bounds (numbers with a +), stored as the number."
    share = 100 * sum(bounds.values()) / sum(sample.values())
    rare = f"about {share:.0f} %" if share >= 1 else "less than 1 %"
    named = f" ({described_texts(bounds)})" if bounds else ""
    return f"Numbers with a + are lower bounds, stored as the number: {rare} of the values{named}."
