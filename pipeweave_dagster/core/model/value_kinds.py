# ruff: noqa: RUF001 - currencies and units in the letters of their countries
"""Classify texts by kind of value, to compare dialects and to find the header."""

import re
from functools import lru_cache

_KINDS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        (
            "empty",
            (
                r"\s*|\?|-|--|[\u2013\u2014\u2212\u2026:]|\.{1,3}|\*|n/?a|#n/?a|#nv|nan|<na>|nat"
                r"|#[^\W\d_]{2,12}(/0)?[!?]|null|none|nil|\(null\)|missing"
            ),
        ),
        ("number", r"\s*[+\u2212-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?\s*"),
        ("number", r"\s*[+\u2212-]?\d{1,3}([,.' \u00a0\u202f\u2019]\d{3})+([.,]\d+)?\s*"),
        ("number", r"\s*[+-]?\d{1,2}(,\d{2})+,\d{3}(\.\d*)?\s*|\s*\d[\d.,]*-"),
        (
            "amount",
            (
                r"\s*\(?[+-]?([$£€¥￥₹₩₽₺\\]|usd|eur|gbp|chf|jpy|rs\.?|s?fr\.|r\$)\s?-?[\d.,]+-{0,2}"
                r"\s?[kmb]?\)?\s*"
            ),
        ),
        (
            "amount",
            r"\s*\(?[+-]?[\d.,]+-{0,2}\s?([$£€¥₹₩₽₺%‰円元원]|usd|eur|gbp|chf|kč|zł|руб\.?)\)?\s*",
        ),
        ("bool", r"\s*(true|false|yes|no|y|n|t|f)\s*"),
        ("date", r"\s*\d{4}([-/.])\d{1,2}\1\d{1,2}\s*"),
        ("date", r"\s*\d{1,2}([-/.])\d{1,2}\1(\d{4}|\d{2})\s*"),
        ("date", r"\s*\d{1,2}(er|\.)?[- ]?[^\W\d_]{3,9}\.?[- ,]{0,2}(\d{4}|\d{2})\s*"),
        ("date", r"\s*\d{4}[-/ ]?([QTHS][1-4]|W[0-5]?\d(-?[1-7])?)\s*|\s*[QT][1-4][-/ ]?\d{4}\s*"),
        ("date", r"\s*(19|20)\d{2}-(0[1-9]|1[0-2])\s*"),
        ("date", r"\s*[a-z]{3,9}\.? \d{1,2},? (\d{4}|\d{2})\s*"),
        ("time", r"\s*\d{1,2}[:.]\d{2}([:.]\d{2}([.,]\d+)?)?\s?([ap]m)?\s*"),
        ("datetime", r"\s*\d{4}[-/.]\d{1,2}[-/.]\d{1,2}[ t]\d{1,2}:\d{2}.*"),
        ("datetime", r"\s*\d{1,2}[-/.]\d{1,2}[-/.](\d{4}|\d{2})(, |[ t])\d{1,2}:\d{2}.*"),
        ("datetime", r"\s*([a-z]{3}, )?\d{1,2} [a-z]{3} \d{4} \d{1,2}:\d{2}.*"),
        ("datetime", r"\s*[a-z]{3} [a-z]{3} {1,2}\d{1,2} \d{2}:\d{2}:\d{2} \d{4}\s*"),
        ("url", r"\s*((https?|ftp)://|www\.)\S+\s*"),
        ("email", r"\s*[\w.+-]+@[\w-]+(\.[\w-]+)+\s*"),
        ("code", r"[^\W_a-z]*\d[A-Z\d]*([-_./][A-Z\d]+)*"),
        ("word", r"[^\W\d_]+([ '\u2019-][^\W\d_]+){0,3}"),
    )
)
_LONG = 80


@lru_cache(maxsize=65536)
def kind_of(text: str) -> str:
    """Classify a text by its kind of value.

    The kinds are empty, number, amount, bool, date, time, datetime, url, email, code, word, text.

    Example:
        >>> kind_of("$ 1,200"), kind_of("Ann Lee")
        ('amount', 'word')
    """
    if len(text) > _LONG:
        return "url" if text.startswith(("http://", "https://")) and " " not in text else "text"
    for kind, pattern in _KINDS:
        if pattern.fullmatch(text):
            return kind
    return "text"


TYPED = frozenset({"number", "amount", "bool", "date", "time", "datetime", "url", "email"})
