"""Recognise categories with a natural order by common scales and numeric ranges."""

import re

_SCALES = (
    ("very low", "low", "medium low", "medium", "moderate", "medium high", "high", "very high"),
    ("none", "mild", "moderate", "severe"),
    ("none", "trace", "small", "medium", "large"),
    ("xs", "s", "m", "l", "xl", "xxl", "xxxl"),
    ("extra small", "small", "medium", "large", "extra large"),
    ("never", "rarely", "seldom", "sometimes", "often", "usually", "always"),
    ("poor", "fair", "average", "good", "very good", "premium", "excellent", "ideal"),
    ("po", "fa", "ta", "gd", "ex"),
    ("terrible", "bad", "ok", "good", "great"),
    ("strongly disagree", "disagree", "neutral", "agree", "strongly agree"),
    ("very dissatisfied", "dissatisfied", "neutral", "satisfied", "very satisfied"),
    ("first", "second", "third", "fourth", "fifth"),
    ("primary", "secondary", "tertiary"),
    ("freshman", "sophomore", "junior", "senior"),
    ("bronze", "silver", "gold", "platinum", "diamond"),
    ("cold", "cool", "mild", "warm", "hot"),
    ("i1", "si2", "si1", "vs2", "vs1", "vvs2", "vvs1", "if"),
    ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"),
    ("mon", "tue", "wed", "thu", "fri", "sat", "sun"),
    (
        *("january", "february", "march", "april", "may", "june", "july"),
        *("august", "september", "october", "november", "december"),
    ),
    ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
)
_RANGE = re.compile(r"\D{0,3}([\d.,]+)\s*(?:-|–|to|_)\s*\D{0,3}([\d.,]+)\D*")  # noqa: RUF001
_OPEN_RANGE = re.compile(r"(?:<=?|under|below|up to)\s*\D?([\d.,]+)\D*", re.IGNORECASE)
_OPEN_END = re.compile(
    r"(?:>=?|over|above)?\s*\D?([\d.,]+)\s*(?:\+|and (?:over|above|more)|or more)", re.IGNORECASE
)


def known_order(values: list[str]) -> list[str] | None:
    """Return the values from low to high, None if no order is known (at least 3 values).

    Example:
        >>> known_order(["high", "low", "medium"])
        ['low', 'medium', 'high']
    """
    if not 3 <= len(values) <= 40:
        return None
    folded = {" ".join(re.split(r"[\s_-]+", v.strip().casefold())): v for v in values}
    if len(folded) == len(values):
        for scale in _SCALES:
            if all(f in scale for f in folded):
                return [folded[s] for s in scale if s in folded]
    return _ranges(values)


def _ranges(values: list[str]) -> list[str] | None:
    """Return numeric ranges such as `10-19`, `<10`, `60+` in the order of their lower bounds."""
    bounds = []
    for value in values:
        bound = _lower_bound(value.strip())
        if bound is None:
            return None
        bounds.append((bound, value))
    if sum(_RANGE.fullmatch(v.strip()) is not None for v in values) < 2:
        return None
    if len({s for s, _ in bounds}) != len(bounds):
        return None
    return [v for _, v in sorted(bounds)]


def _lower_bound(value: str) -> float | None:
    if match := _RANGE.fullmatch(value):
        return _number(match[1])
    if match := _OPEN_RANGE.fullmatch(value):
        number = _number(match[1])
        return None if number is None else number - 1e9
    if match := _OPEN_END.fullmatch(value):
        return _number(match[1])
    return None


def _number(text: str) -> float | None:
    try:
        return float(text.replace(",", ""))
    except ValueError:
        return None
