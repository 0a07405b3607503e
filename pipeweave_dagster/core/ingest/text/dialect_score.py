"""Score a dialect by how much a sample looks like a table under it.

The score is pattern consistency times type score, after van den Burg, Nazábal and Sutton,
"Wrangling messy CSV files by detecting row and type patterns" (2019), with two changes: widths are
compared with the modal width only, so that a preamble or one bad row does not decide, and columns
whose values are of one kind count more than mixed ones.
"""

import re
from collections import Counter
from dataclasses import dataclass

from pipeweave_dagster.core.ingest.text.records import Record, TextDialect, parse_records
from pipeweave_dagster.core.ingest.text.regular_tabs import tabs_factor
from pipeweave_dagster.core.ingest.text.repair_record import STRAY_QUOTE
from pipeweave_dagster.core.model.value_kinds import TYPED, kind_of

SAMPLE_RECORDS = 400
_RARE_DELIMITERS = frozenset(":^~#&! ")
_SAMPLE_COLUMNS = 60
_RARE_FACTOR, _MIXED_BLANKS_FACTOR, _PROSE_FACTOR = 0.7, 0.8, 0.3
_TABS_FACTOR = 0.5
_COMMENT = re.compile(r"(?:#+|%+|//+|!+)(?:\s|$)")
_OTHER_FIRST_LINE, _TEXTS_BELOW_A_NAME = 0.5, 0.35


@dataclass(frozen=True)
class Rating:
    """How much a sample looks like a table under a dialect.

    Attributes:
        dialect: The dialect.
        score: From 0 to 1.
        malformed: Share of records that break the rules of its quotes.
        quoted: Whether some fields are enclosed in quotes.
        half_quoted: Share of records with a quote at one end only of a field.
        regular: Share of records with the most frequent number of fields.
    """

    dialect: TextDialect
    score: float
    malformed: float = 0.0
    quoted: bool = False
    half_quoted: float = 0.0
    regular: float = 0.0


def dialect_score(sample: str, dialect: TextDialect) -> float:
    """Return the score of a dialect for a sample, from 0 to 1; see `rate`."""
    return rate(sample, dialect).score


def rate(sample: str, dialect: TextDialect) -> Rating:
    """Rate how much a sample looks like a table under a dialect.

    Args:
        sample: Complete lines from the beginning of a file.
        dialect: The dialect.
    """
    records = parse_records(sample, dialect, limit=SAMPLE_RECORDS)
    rows = [r for r in records if any(f.strip() for f in r.fields)]
    if not rows:
        return Rating(dialect, 0.0)
    width, count = modal_width(rows)
    half_quoted = sum(any(_is_cut(f, sample, dialect) for f in r.fields) for r in rows) / len(rows)
    malformed = sum(r.repair is not None for r in rows) / len(rows)
    quoted = dialect.quote is not None and dialect.quote in sample
    if width < 2:
        return Rating(dialect, 0.0, malformed, quoted, half_quoted)
    if dialect.quote is not None:
        again = parse_records(sample, dialect, width, limit=SAMPLE_RECORDS)
        malformed = sum(r.repair == STRAY_QUOTE for r in again) / max(1, len(again))
    body = [r.fields for r in rows if len(r.fields) == width]
    score = (count / len(rows)) ** 1.5 * (1 - 1 / width) ** 0.5 * (1 - malformed)
    typed = _has_typed_column(body[1:] or body)
    score *= _type_score(body[1:] or body, dialect)
    score *= _first_line_factor(rows, width, typed=typed)
    if dialect.delimiter in _RARE_DELIMITERS and not dialect.whitespace:
        score *= _RARE_FACTOR
    if dialect.whitespace and "\t" in sample:
        score *= _MIXED_BLANKS_FACTOR
        if len(rows[0].fields) != width and _has_equal_tabs(sample):
            score *= _TABS_FACTOR
    score *= tabs_factor(sample, dialect, width)
    if dialect.delimiter == " " and not typed:
        score *= _PROSE_FACTOR
    regular = count / len(rows)
    return Rating(dialect, float(score), malformed, quoted, half_quoted, regular)


def _first_line_factor(rows: list[Record], width: int, *, typed: bool) -> float:
    """Return a factor for a first line of another width: a header names every column.

    A name for the row names may be missing, and one delimiter more may stand at the end. A title
    may stand above, but texts alone are rather one column of texts. Comments are no first line.
    """
    first = next((row for row in rows if not (typed and _COMMENT.match(row.fields[0]))), rows[0])
    difference = abs(len(first.fields) - width)
    if difference == 0 or (difference == 1 and width > 2):
        return 1.0
    return _OTHER_FIRST_LINE if typed else _TEXTS_BELOW_A_NAME


def _has_typed_column(rows: list[list[str]]) -> bool:
    """Return whether a column is typed, as of a table; prose split at blanks has none."""
    columns = [*zip(*rows, strict=False)][:_SAMPLE_COLUMNS]
    return any(sum(kind_of(v) in TYPED for v in column) > 0.5 * len(column) for column in columns)


def _is_half_quoted(value: str) -> bool:
    text = value.strip()
    return len(text) > 1 and (text[0] == '"') != (text[-1] == '"') and text.count('"') % 2 == 1


def _has_equal_tabs(sample: str) -> bool:
    """Return whether the header and every row have the same number of tabs."""
    return len({line.count("\t") for line in sample.splitlines() if line.strip()}) == 1


def _is_cut(value: str, sample: str, dialect: TextDialect) -> bool:
    """Return whether a value has a quote at one end and is part of a cell, unlike `12"`."""
    if not _is_half_quoted(value):
        return False
    return dialect.quote != '"' or f'"{value.replace(chr(34), chr(34) * 2)}"' not in sample


def modal_width(records: list[Record]) -> tuple[int, int]:
    """Return the most frequent number of fields and its count; of ties, the larger number."""
    widths = Counter(len(r.fields) for r in records)
    wide = {w: n for w, n in widths.items() if w > 1}
    # A long preamble or key-value block of width one must not outvote the table.
    if wide and max(wide.values()) >= 0.3 * len(records):
        widths = Counter(wide)
    width = max(widths, key=lambda w: (widths[w], w))
    return width, widths[width]


def _type_score(rows: list[list[str]], dialect: TextDialect) -> float:
    """Return the mean over columns of how uniform the kinds of their values are."""
    scores = []
    for column in zip(*rows, strict=False):
        kinds = Counter(kind_of(v) for v in column)
        filled = len(column) - kinds["empty"]
        if not filled:
            scores.append(0.8)
            continue
        kind, count = max(((k, n) for k, n in kinds.items() if k != "empty"), key=lambda t: t[1])
        purity = count / filled
        weight = 1.0 if kind in TYPED else 0.9 if kind in {"word", "code"} else 0.7
        scores.append(weight * (0.5 + 0.5 * purity) * (1 - 0.8 * _leftover(column, dialect)))
        if len(scores) >= _SAMPLE_COLUMNS:
            break
    return sum(scores) / len(scores)


def _leftover(column: tuple[str, ...], dialect: TextDialect) -> float:
    """Return the share of values with left-over quotes or delimiters: signs of a wrong dialect."""
    marks = 0
    for value in column:
        text = value.strip()
        half_quoted = text[:1] in {'"', "'"} and (text[-1:] != text[:1] or len(text) == 1)
        quoted = (
            len(text) > 1 and text[0] == text[-1] and text[0] in "\"'" and dialect.quote != text[0]
        )
        marks += half_quoted or quoted or text.count(";") > 1 or "\t" in text or text.count("|") > 1
    return marks / len(column)
