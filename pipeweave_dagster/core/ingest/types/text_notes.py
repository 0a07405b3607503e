"""What the user should know of a text column that is nearly one of numbers or dates."""

import math
import re
from collections import Counter
from collections.abc import Mapping

from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.ingest.types.date_parsers import possible_dates
from pipeweave_dagster.core.ingest.types.mixed_dates import matching_share
from pipeweave_dagster.core.ingest.types.type_decisions import described_texts
from pipeweave_dagster.core.ingest.types.value_parsers import (
    DECIMAL_COMMA,
    LONG_NUMBER,
    THOUSANDS_COMMA,
)
from pipeweave_dagster.core.model.null_tokens import is_null_among_values

_MIN_SHARE, _MOST_OTHERS = 0.5, 20
_DIGIT = re.compile("[0-9]")
_CODE = re.compile("[0-9]+[A-Za-z]|[A-Za-z]+[0-9]")
KEPT = "Kept as text"
_DIGITS = re.compile(r"[0-9.,' ]+")


def note_on_texts(sample: Counter[str]) -> str | None:
    """Return why a column of texts, most of which are numbers or dates, is not one of these.

    Args:
        sample: Its values with counts.
    """
    values = {v: n for v, n in sample.items() if v.strip()}
    total = sum(values.values())
    points = {v for v in values if LONG_NUMBER.matches(v) or THOUSANDS_COMMA.matches(v)}
    commas = {v for v in values if v not in points and DECIMAL_COMMA.matches(v)}
    others = {v: n for v, n in values.items() if v not in points and v not in commas}
    numbers = total - sum(others.values())
    if numbers < max(2, _MIN_SHARE * total):
        return _note_on_dates(values)
    infinite = {v: values[v] for v in points if _is_infinite(v)}
    if infinite:
        count = sum(infinite.values())
        return (
            f"Kept as text, as {counted(count, 'number')} {'is' if count == 1 else 'are'} beyond"
            f" the range of a float: {described_texts(infinite)}. To read numbers, list what is"
            f" missing: columns: {{NAME: {{missing: [{_example({*infinite})}]}}}}."
        )
    pointed = {v for v in points if "." in v}
    if commas and pointed:
        return _note_on_marks({v: values[v] for v in commas}, {v: values[v] for v in pointed})
    words = {v: n for v, n in others.items() if not _DIGITS.fullmatch(v)}
    if not words or words != others or len(words) > _MOST_OTHERS or any(map(_CODE.match, words)):
        return None
    return note_on_categories(words)


def note_on_categories(texts: Mapping[str, int]) -> str:
    """Return why a column of numbers with some texts is one of texts, and how to read numbers."""
    return (
        f"{_kept(texts, 'numbers')} To read numbers, set columns: {{NAME: {{type:"
        " number}}, or list these texts as missing."
    )


def _note_on_marks(commas: dict[str, int], points: dict[str, int]) -> str:
    """Return the note on numbers with two decimal marks."""
    count = sum(commas.values())
    return (
        f"Kept as text: {counted(count, 'number')} {'has' if count == 1 else 'have'} a decimal"
        f" comma ({_example({*commas})}) and {sum(points.values())} a point"
        f" ({_example({*points})}); a column has one decimal mark."
    )


def _note_on_dates(values: dict[str, int]) -> str | None:
    """Return the note on texts among dates or times, all of one form."""
    known = {v: n for v, n in values.items() if not is_null_among_values(v)}
    dated = [v for v in known if _DIGIT.search(v)]
    shares = [
        (matching_share(Counter(known), parser), parser) for parser in possible_dates(dated[:20])
    ]
    share, parser = max(shares, key=lambda pair: pair[0], default=(0.0, None))
    others = {v: n for v, n in known.items() if parser is not None and not parser.matches(v)}
    if parser is None or not others or share < _MIN_SHARE or len(others) > _MOST_OTHERS:
        return None
    kind = "dates" if parser.type == "date" else "times"
    return (
        f"{_kept(others, kind)} To read {kind}, correct these texts, or list them as missing:"
        f" columns: {{NAME: {{missing: [{', '.join(map(repr, sorted(others)[:3]))}]}}}}."
    )


def _kept(texts: Mapping[str, int], kind: str) -> str:
    return (
        f"{KEPT}, as {counted(sum(texts.values()), 'value')} among {kind} cannot be read as"
        f" such: {described_texts(texts)}."
    )


def _is_infinite(text: str) -> bool:
    """Return whether a number is too large for a float, such as `1e400`."""
    return "e" in text.lower() and math.isinf(float(text))


def _example(values: set[str]) -> str:
    return repr(min(values)[:20])
