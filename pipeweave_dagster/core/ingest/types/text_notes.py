"""What the user should know of a text column that is nearly one of numbers."""

import math
import re
from collections import Counter

from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.ingest.types.type_decisions import described_texts
from pipeweave_dagster.core.ingest.types.value_parsers import (
    DECIMAL_COMMA,
    LONG_NUMBER,
    THOUSANDS_COMMA,
)

_MIN_NUMBERS, _MOST_OTHERS = 0.5, 20
_CODE = re.compile("[0-9]+[A-Za-z]|[A-Za-z]+[0-9]")
_DIGITS = re.compile(r"[0-9.,' ]+")


def note_on_texts(sample: Counter[str]) -> str | None:
    """Return why a column of texts, most of which are numbers, is not one of numbers.

    Args:
        sample: Its values with counts.
    """
    values = {v: n for v, n in sample.items() if v.strip()}
    total = sum(values.values())
    points = {v for v in values if LONG_NUMBER.matches(v) or THOUSANDS_COMMA.matches(v)}
    commas = {v for v in values if v not in points and DECIMAL_COMMA.matches(v)}
    others = {v: n for v, n in values.items() if v not in points and v not in commas}
    numbers = total - sum(others.values())
    if numbers < max(2, _MIN_NUMBERS * total):
        return None
    infinite = {v: values[v] for v in points if _is_infinite(v)}
    if infinite:
        count = sum(infinite.values())
        return (
            f"Kept as text, as {counted(count, 'number')} {'is' if count == 1 else 'are'} beyond"
            f" the range of a float: {described_texts(infinite)}. To read numbers, list what is"
            f" missing: columns: {{NAME: {{missing: [{_example({*infinite})}]}}}}."
        )
    if commas and any("." in v for v in points):
        return (
            f"Kept as text: {sum(values[v] for v in commas)} numbers have a decimal comma"
            f" ({_example(commas)}) and {sum(values[v] for v in points if '.' in v)} a point"
            f" ({_example({v for v in points if '.' in v})}); a column has one decimal mark."
        )
    words = {v: n for v, n in others.items() if not _DIGITS.fullmatch(v)}
    if not words or words != others or len(words) > _MOST_OTHERS or any(map(_CODE.match, words)):
        return None
    return (
        f"Kept as text, as {counted(sum(words.values()), 'value')} among numbers cannot be read as"
        f" such: {described_texts(words)}. To read numbers, set columns: {{NAME: {{type:"
        " number}}, or list these texts as missing."
    )


def _is_infinite(text: str) -> bool:
    """Return whether a number is too large for a float, such as `1e400`."""
    return "e" in text.lower() and math.isinf(float(text))


def _example(values: set[str]) -> str:
    return repr(min(values)[:20])
