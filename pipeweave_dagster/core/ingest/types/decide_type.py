"""Decide on a type by the values that its parser does not match: missing, widened, or rejected."""

import re
from collections import Counter

from pipeweave_dagster.core.ingest.types.bounds import is_bound
from pipeweave_dagster.core.ingest.types.infer_parser import widen
from pipeweave_dagster.core.ingest.types.mixed_codes import are_categories
from pipeweave_dagster.core.ingest.types.sentinel_words import repeated_word, sentinel_word
from pipeweave_dagster.core.ingest.types.text_notes import note_on_categories
from pipeweave_dagster.core.ingest.types.type_decisions import MAX_MISMATCHES, TypeDecision
from pipeweave_dagster.core.ingest.types.value_parsers import (
    INTEGER,
    NUMBER,
    PADDED,
    TEXT,
    Parser,
)
from pipeweave_dagster.core.model.null_tokens import is_null_among_values, kind_of_null
from pipeweave_dagster.core.model.void_dates import is_open_end, is_void_date

_MAX_NULL_TOKENS = 3
_ONLY_NUMERIC = re.compile(r"[+-]?[0-9.,' \u00a0\u2009\u202f\u2019eE+-]+")
_QUARANTINE_SHARE = 0.002


def decide_type(
    parser: Parser,
    mismatches: dict[str, int],
    sample: Counter[str],
    rows: int,
    *,
    missing: frozenset[str] = frozenset(),
    numeric: bool = False,
) -> TypeDecision | Parser:
    """Return a decision, or the wider parser to try next.

    Args:
        parser: The proposed parser.
        mismatches: All values that it does not match, with counts.
        sample: A sample of the values with counts.
        rows: Number of rows of the table.
        missing: Texts that the user declares missing.
        numeric: Whether the user declares the column to be numbers: other texts are missing.
    """
    if parser is TEXT or not mismatches:
        return TypeDecision(parser, verified=parser)
    verified = parser if len(mismatches) < MAX_MISMATCHES else None
    given = {v: n for v, n in mismatches.items() if v in missing}
    mismatches = {v: n for v, n in mismatches.items() if v not in missing}
    dated = parser.type in {"date", "datetime"}
    void = {v: n for v, n in mismatches.items() if dated and is_void_date(v)}
    tokens = {v: n for v, n in mismatches.items() if is_null_among_values(v)}
    others = {v: n for v, n in mismatches.items() if v not in tokens and v not in void}
    if len({*map(kind_of_null, tokens)}) > _MAX_NULL_TOKENS:
        return TEXT
    word = _sentinel(parser, others, sample, rows)
    rest = {v: n for v, n in others.items() if v != word}
    tokens |= given | void | ({word: others[word]} if word else {})
    if numeric and _are_no_numbers(parser, rest):
        tokens, rest = tokens | rest, {}
    if not rest:
        return TypeDecision(
            parser, null_tokens=tokens, note=_open_end_note(void), verified=verified
        )
    wider = widen(parser, rest, Counter({v: n for v, n in sample.items() if v not in tokens}))
    if wider is None and numeric:
        wider = _padded(parser, rest)
    if wider is not None:
        return wider
    few = sum(rest.values()) <= max(_QUARANTINE_SHARE * rows, int(rows >= 200))
    kept = few and are_categories(parser, rest, sample)
    if few and not kept and not any(map(_is_code_or_bound, rest)):
        return TypeDecision(parser, null_tokens=tokens, mismatches=rest, verified=verified)
    return TypeDecision(TEXT, note=note_on_categories(rest), verified=TEXT) if kept else TEXT


def _padded(parser: Parser, texts: dict[str, int]) -> Parser | None:
    """Return the parser of numbers with leading zeros that matches all numeric texts, if any."""
    numeric = [text for text in texts if _ONLY_NUMERIC.fullmatch(text)]
    narrow = PADDED.index(parser) + 1 if parser in PADDED else 0
    found = (p for p in PADDED[narrow:] if numeric and all(map(p.matches, numeric)))
    plain = parser in {INTEGER, NUMBER, *PADDED}
    return next(found, None) if plain and len(texts) < MAX_MISMATCHES else None


def _are_no_numbers(parser: Parser, texts: dict[str, int]) -> bool:
    """Return whether texts beside numbers are words or bounds, and not numbers in another form."""
    known = parser.type in {"integer", "number"} and len(texts) < MAX_MISMATCHES
    return known and not any(map(_ONLY_NUMERIC.fullmatch, texts))


def _sentinel(
    parser: Parser, mismatches: dict[str, int], sample: Counter[str], rows: int
) -> str | None:
    """Return the only word among the mismatches if it stands for a missing value."""
    word = repeated_word(mismatches, rows)
    if word is None:
        return None
    known = Counter({v: n for v, n in sample.items() if parser.matches(v)})
    known[word] = max(sample[word], 1)
    return word if sentinel_word(known, parser) else None


def _open_end_note(void: dict[str, int]) -> str | None:
    ends = ", ".join(repr(v) for v in void if is_open_end(v))
    return f"An open end and no date: {ends}." if ends else None


def _is_code_or_bound(text: str) -> bool:
    """Return whether a text shows that the column is not numeric: `007`, `12E5`, `<=5`."""
    digits = text.lstrip("+-")
    long = len(digits) > 15 and re.fullmatch("[0-9][0-9,.' ]*", digits) is not None
    code = digits.isdigit() or re.fullmatch("[0-9]+[eE][0-9]+", text) is not None
    return long or code or is_bound(text)
