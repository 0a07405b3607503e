"""One word among numbers or dates that stands for a missing value, such as `FALSE` or `absent`."""

import re
from collections import Counter

from pipeweave_dagster.core.ingest.types.value_parsers import Parser

_WORD = re.compile(r"[^\W\d_][^\W\d_ ./-]{1,19}(?:[ /-][^\W\d_]{1,15}){0,2}[.]?")
_MIN_DISTINCT = 8
_MIN_SHARE = {True: 0.5, False: 0.9}
"""Share of the values that are typed: for fractions and dates (True), and for whole numbers."""
_MIN_UNIQUE = 0.5
"""Share of distinct whole numbers; codes such as districts (`12`, `At-Large`) repeat more."""
_SMALL = 200


def sentinel_word(sample: Counter[str], parser: Parser) -> str | None:
    """Return the only text of a sample that a parser does not match, if it is a sentinel.

    Whole numbers beside a word may be codes (`4`, `6`, `rotary`), so they need more evidence.

    Args:
        sample: Values with counts, without null tokens.
        parser: A parser of numbers or dates.
    """
    others = [v for v in sample if not parser.matches(v)]
    if len(others) != 1 or parser.type in {"text", "boolean"} or not _WORD.fullmatch(others[0]):
        return None
    total = sum(sample.values())
    measures = parser.type != "integer"
    typed = (total - sample[others[0]]) / total
    varied = measures or len(sample) >= _MIN_UNIQUE * total * typed
    enough = len(sample) > _MIN_DISTINCT and typed >= _MIN_SHARE[measures] and varied
    return others[0] if enough else None


def repeated_word(mismatches: dict[str, int], rows: int) -> str | None:
    """Return the only word among mismatches if it repeats or the table is small.

    A single text in a large table is a damaged cell; its row is quarantined as a whole.
    """
    words = [v for v in mismatches if _WORD.fullmatch(v)]
    if len(words) != 1:
        return None
    return words[0] if mismatches[words[0]] > 1 or rows < _SMALL else None
