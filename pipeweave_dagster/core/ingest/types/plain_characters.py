"""Unusual characters of numbers and dates in their ASCII form: digits, signs, invisible ones.

Logs put their times into brackets, which belong to the line and not to the time.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable

from pipeweave_dagster.core.ingest.types.expression_sql import Expression, V, sql_of
from pipeweave_dagster.core.model.value_expressions import BLANKS, INVISIBLE, compiled

# Zero of the decimal digits: full-width, Arabic-Indic, Persian, Devanagari, Bengali, Thai.
_ZEROS = "\uff10\u0660\u06f0\u0966\u09e6\u0e50"
_MINUS = "\u2212\ufe63\uff0d\u2010\u2011\u2012\u2013"
_MARKS = {"\uff0b": "+", "\uff0e": ".", "\uff0c": ",", "\uff05": "%", "\u066b": ".", "\u066c": ",",
          "\u066a": "%", "\uff0f": "/", "\uff1a": ":", "\u00a0": " ", "\u202f": " "}  # fmt: skip
_ASCII = {
    **{chr(ord(zero) + n): str(n) for zero in _ZEROS for n in range(10)},
    **dict.fromkeys(_MINUS, "-"),
    **_MARKS,
}
_TABLE = str.maketrans({**_ASCII, **dict.fromkeys(INVISIBLE, "")})
_TRAILING_MINUS = re.compile(r"([$€£¥₹]? ?(?:[0-9][0-9.,]*)?[0-9])-")
# Prices without cents: `5,-`, `5.-- CHF`, and `1.200,- €`.
_NO_CENTS = re.compile("([^0-9,]{0,5}[0-9][0-9.' ]*)[.,][-\u2013]{1,2}( ?[^0-9,-]{0,5})")
# Amounts of banks and ledgers; `5 Cr` in other letters are five crores.
_DEBIT = re.compile(r"([$€£¥₹]? ?(?:[0-9][0-9.,]*)?[0-9]) ?DR\.?")
_CREDIT = re.compile(r"([$€£¥₹]? ?(?:[0-9][0-9.,]*)?[0-9]) ?CR\.?")
_BRACKETED = re.compile(r"\[([^\[\],]*[0-9]:[0-9][^\[\],]*)\]")
_SPACED_SIGN = re.compile(r"([+-]) +([0-9.,]+)")


def _plain_characters(text: Expression) -> Expression:
    # Characters without a counterpart are removed, so the invisible ones come last.
    source, target = "".join(_ASCII) + INVISIBLE, "".join(_ASCII.values())
    plain = ("strip", ("translate", text, source, target), BLANKS)
    # DuckDB builds its table of characters again for every text, so few texts go there.
    text = ("case", ("is_ascii", text), text, plain)
    bare: Expression = ("substitute", text, f"^{_BRACKETED.pattern}$", r"\1")
    bare = ("substitute", bare, f"^{_NO_CENTS.pattern}$", r"\1\2")
    signed: Expression = ("substitute", bare, f"^{_TRAILING_MINUS.pattern}$", r"-\1")
    signed = ("substitute", signed, f"^{_SPACED_SIGN.pattern}$", r"\1\2")
    signed = ("substitute", signed, f"^{_DEBIT.pattern}$", r"-\1")
    signed = ("substitute", signed, f"^{_CREDIT.pattern}$", r"\1")
    changed = r"^[+-] |-$|^\[|[.,]-|[0-9] ?[CD]R\.?$"
    return ("not_empty", ("case", ("search", text, changed), signed, text))


PLAIN_CHARACTERS = _plain_characters(V)
"""A text in plain characters; none for a text of invisible characters only."""
PLAIN = sql_of(PLAIN_CHARACTERS)
_read_plain = compiled(PLAIN_CHARACTERS)


def plain_text(text: str) -> str:
    """Return a number or date in ASCII characters, its minus in front.

    Example:
        >>> plain_text("\u22121.5"), plain_text("\uff11\uff12"), plain_text("100-")
        ('-1.5', '12', '-100')
        >>> plain_text("35.10 DR"), plain_text("35.10CR")
        ('-35.10', '35.10')
    """
    return _read_plain(text) or ""


def plain_sql(value: str) -> str:
    """Return the SQL of `plain_text`; null for a text of invisible characters only."""
    return PLAIN.replace("{v}", value)


def plain_sample(sample: Counter[str]) -> Counter[str] | None:
    """Return a sample in plain characters; None if nothing changes.

    If every number has its minus at the end, it is not a sign: `10-` may be an open range. Credits
    beside bare numbers are not read without any debit: they may be refunds, hence negative.
    """
    if not any(map(_may_change, sample)):
        return None
    plain: Counter[str] = Counter()
    for value, count in sample.items():
        plain[plain_text(value)] += count
    plain.pop("", None)
    if plain == sample:
        return None
    if has_only_credits(sample) and any(value[-1:].isdigit() for value in sample):
        return None
    trailing = sum(_TRAILING_MINUS.fullmatch(v) is not None for v in sample)
    return None if trailing == len(sample) else plain


def has_only_credits(values: Iterable[str]) -> bool:
    """Return whether amounts are marked as credits (`CR`), and none as a debit (`DR`)."""
    marked = [value for value in values if value.rstrip(".")[-2:] in {"CR", "DR"}]
    credited = any(map(_CREDIT.fullmatch, marked))
    return credited and not any(map(_DEBIT.fullmatch, marked))


def _may_change(text: str) -> bool:
    """Return whether a text may differ from its plain form; cheaper than making that."""
    signed = text[-1:] in {"", "-", "]", "R"} or text[:2] in {"+ ", "- "} or text[-2:] == "R."
    return signed or not text.isascii() or ",-" in text or ".-" in text


def unusual_characters(values: Counter[str] | dict[str, int]) -> str:
    """Return the names of what `plain_text` changes in the values, for a note."""
    found = sorted({c for v in values if not v.isascii() for c in v if ord(c) in _TABLE})
    named = [f"U+{ord(c):04X} {unicodedata.name(c, '').lower()}".strip() for c in found[:5]]
    if any(_TRAILING_MINUS.fullmatch(v) for v in values):
        named.append("a minus at the end")
    if any(_DEBIT.fullmatch(v) for v in values):
        named.append("DR for debits (negative)")
    if any(_CREDIT.fullmatch(v) for v in values):
        named.append("CR for credits")
    if any(_NO_CENTS.fullmatch(v) for v in values):
        named.append("dashes in the place of cents")
    if any(_BRACKETED.fullmatch(v) for v in values):
        named.append("brackets")
    if any(_SPACED_SIGN.fullmatch(v) for v in values):
        named.append("a blank after the sign")
    return ", ".join(named)
