"""Dates that stand for no date: zero dates, and the far future that means an open end."""

import re

_TIME = r"(?:[ T,]+[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.][0-9]+)?)?(?: ?(?:Z|[+-][0-9:]+|[AP]M))?)?"
_ZERO = re.compile(
    rf"(?:0000[-/.]?00[-/.]?00|00?[-/.]00?[-/.]0000|0001[-/.]01[-/.]01|0?1[-/.]0?1[-/.]0001){_TIME}",
    re.IGNORECASE,
)
_OPEN_END = re.compile(
    r"(?:[29]999[-/.]?12[-/.]?31|31[-/.]12[-/.][29]999|12[-/.]31[-/.][29]999|9999[-/.]?99[-/.]?99"
    rf"|31[-. ]+dec(?:ember)?[-. ]+[29]999|dec(?:ember)? 31, [29]999|12319999|31129999){_TIME}",
    re.IGNORECASE,
)


def is_void_date(text: str) -> bool:
    """Return whether a text in a column of dates stands for no date.

    Example:
        >>> is_void_date("9999-12-31"), is_void_date("0000-00-00"), is_void_date("2021-12-31")
        (True, True, False)
    """
    return is_open_end(text) or _ZERO.fullmatch(text) is not None


def is_open_end(text: str) -> bool:
    """Return whether a date lies so far ahead that it means an open end."""
    return _OPEN_END.fullmatch(text) is not None
