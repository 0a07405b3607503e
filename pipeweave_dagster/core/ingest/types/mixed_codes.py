"""Texts among few numbers, or of a second form of code, that belong to a column of categories.

A text that occurs once among numbers is a damaged cell, and measures with a word are measures. But
grades such as 9, 10, 11, 12 and `other` are categories, and so are ZIP codes of which some have
four more digits: their rows are no errors.
"""

import re
from collections import Counter
from collections.abc import Mapping

from pipeweave_dagster.core.ingest.types.value_parsers import Parser

_MOST_CATEGORIES, _MIN_ROWS_EACH = 20, 10
_MIN_COUNT = 3
"""A text that occurs so often is no typing error."""
_MOST = 0.5
"""Share of the texts that must be such words or codes."""
_LEAST_WIDTH, _SAME_WIDTH = 4, 0.9
_WORD = re.compile(r"[^\W\d_](?:[^\d_]*[^\W\d_.!?)])?[.!?)]?")
_LONGER_CODE = re.compile(r"(0+)(?:[ ./-]?A{1,3}|[ ./-][0A]{1,8})")


def are_categories(parser: Parser, texts: Mapping[str, int], sample: Counter[str]) -> bool:
    """Return whether texts show that the values beside them are categories or codes.

    Args:
        parser: The parser of the other values.
        texts: What it does not match, with counts, without null tokens.
        sample: A sample of the values with counts.

    Example:
        >>> from pipeweave_dagster.core.ingest.types.value_parsers import INTEGER
        >>> grades = Counter({"9": 500, "10": 480, "11": 510, "12": 490})
        >>> are_categories(INTEGER, {"other": 3}, grades)
        True
        >>> are_categories(INTEGER, {"1O": 1}, grades)
        False
    """
    known = Counter({v: n for v, n in sample.items() if parser.matches(v)})
    total = sum(texts.values())
    words = [n for v, n in texts.items() if n >= _MIN_COUNT and _WORD.fullmatch(v)]
    few = parser.type in {"integer", "number", "boolean"} and _are_few(known)
    if few and words and sum(words) >= _MOST * total:
        return True
    longer = _longer_codes(texts, known) if parser.type == "integer" else 0
    return longer >= _MIN_COUNT and longer >= _MOST * total


def _are_few(known: Counter[str]) -> bool:
    return len(known) <= _MOST_CATEGORIES and known.total() >= _MIN_ROWS_EACH * len(known)


def _longer_codes(texts: Mapping[str, int], known: Counter[str]) -> int:
    """Return how many texts are a number of the width of nearly all, and something behind it.

    They have one form, such as `12345-6789` or `12345B`.
    """
    widths: Counter[int] = Counter()
    for value, count in known.items():
        widths[len(value)] += count
    width, count = max(widths.items(), key=lambda pair: pair[1], default=(0, 0))
    if width < _LEAST_WIDTH or count < _SAME_WIDTH * known.total():
        return 0
    forms: Counter[str] = Counter()
    for text, number in texts.items():
        form = re.sub("[A-Za-z]", "A", re.sub("[0-9]", "0", text[:30]))
        found = _LONGER_CODE.fullmatch(form)
        if found and len(found[1]) == width:
            forms[form] += number
    return max(forms.values(), default=0)
