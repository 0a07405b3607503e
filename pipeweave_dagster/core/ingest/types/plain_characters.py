"""Unusual characters of numbers and dates in their ASCII form: digits, signs, invisible ones.

Logs put their times into brackets, which belong to the line and not to the time.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping

from pipeweave_dagster.core.documents import StorageType
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
_AMOUNT = re.compile(r"[0-9][.,][0-9]{2,3}(?![0-9])")
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

    If every number has its minus at the end, it is not a sign: `10-` may be an open range. But if
    they have a decimal or thousands mark (`4.219,000-` of SAP), they are amounts. Nor is it a sign
    beside a plus at the end: `2-` and `2+` are marks. Credits beside bare numbers are not read
    without any debit: they may be refunds, hence negative.
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
    trailing = [v for v in sample if _TRAILING_MINUS.fullmatch(v)]
    ranges = len(trailing) == len(sample) and not all(map(_AMOUNT.search, trailing))
    return None if ranges or (trailing and are_marks(sample)) else plain


def are_marks(values: Iterable[str]) -> bool:
    """Return whether some numbers have a plus and others a minus at the end, as marks have.

    Example:
        >>> are_marks(["1", "1-", "2+"]), are_marks(["100-", "+5"])
        (True, False)
    """
    signs = {value[-1] for value in values if value[-1:] in {"+", "-"} and value[-2:-1].isdigit()}
    return len(signs) == 2


def has_only_credits(values: Iterable[str]) -> bool:
    """Return whether amounts are marked as credits (`CR`), and none as a debit (`DR`)."""
    marked = [value for value in values if value.rstrip(".")[-2:] in {"CR", "DR"}]
    credited = any(map(_CREDIT.fullmatch, marked))
    return credited and not any(map(_DEBIT.fullmatch, marked))


def _may_change(text: str) -> bool:
    """Return whether a text may differ from its plain form; cheaper than making that."""
    signed = text[-1:] in {"", "-", "]", "R"} or text[:2] in {"+ ", "- "} or text[-2:] == "R."
    return signed or not text.isascii() or ",-" in text or ".-" in text


def plain_note(values: Mapping[str, int], type_: StorageType) -> str:
    """Return the note on what `plain_text` changes in the values of a column.

    Example:
        >>> plain_note({"100-": 2, "5": 1}, "integer")
        'The minus behind the number (100-) was read as negative.'
    """
    kind = {"date": "dates", "datetime": "times", "time": "times"}.get(type_, "numbers")
    notes = []
    negative = next((v for v in values if _TRAILING_MINUS.fullmatch(v)), None)
    if negative:
        notes.append(f"The minus behind the number ({negative}) was read as negative.")
    named = _unusual_characters(values)
    if named:
        notes.append(f"Read as plain {kind} despite {', '.join(named)}.")
    return " ".join(notes)


def _unusual_characters(values: Mapping[str, int]) -> list[str]:
    """Return the names of what `plain_text` changes in the values, but a minus at the end."""
    found = sorted({c for v in values if not v.isascii() for c in v if ord(c) in _TABLE})
    named = [f"U+{ord(c):04X} {unicodedata.name(c, '').lower()}".strip() for c in found[:5]]
    named += [words for pattern, words in _FORMS if any(map(pattern.fullmatch, values))]
    return named


_FORMS = (
    (_DEBIT, "DR for debits (negative)"),
    (_CREDIT, "CR for credits"),
    (_NO_CENTS, "dashes in the place of cents"),
    (_BRACKETED, "brackets"),
    (_SPACED_SIGN, "a blank after the sign"),
)
