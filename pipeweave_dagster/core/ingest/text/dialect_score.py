"""Score a dialect by how much a sample looks like a table under it.

The score is pattern consistency times type score, after van den Burg, Nazábal and Sutton,
"Wrangling messy CSV files by detecting row and type patterns" (2019), with two changes: widths are
compared with the modal width only, so that a preamble or one bad row does not decide, and columns
whose values are of one kind count more than mixed ones.
"""

from collections import Counter

from pipeweave_dagster.core.ingest.text.records import Record, TextDialect, parse_records
from pipeweave_dagster.core.ingest.text.repair_record import STRAY_QUOTE
from pipeweave_dagster.core.ingest.types.value_kinds import TYPED, kind_of

SAMPLE_RECORDS = 400
_RARE_DELIMITERS = frozenset(":^~#&! ")
_SAMPLE_COLUMNS = 60


def dialect_score(sample: str, dialect: TextDialect) -> float:
    """Score how much a sample looks like a table under a dialect (0 to 1)."""
    records = parse_records(sample, dialect, limit=SAMPLE_RECORDS)
    rows = [r for r in records if any(f.strip() for f in r.fields)]
    if not rows:
        return 0.0
    width, count = modal_width(rows)
    if width < 2:
        return 0.0
    consistency = (count / len(rows)) ** 1.5
    malformed = sum(r.repair is not None for r in rows) / len(rows)
    if dialect.quote is not None:
        again = parse_records(sample, dialect, width, limit=SAMPLE_RECORDS)
        malformed = sum(r.repair == STRAY_QUOTE for r in again) / max(1, len(again))
    body = [r.fields for r in rows if len(r.fields) == width]
    types = _type_score(body[1:] or body, dialect)
    rare = 0.7 if dialect.delimiter in _RARE_DELIMITERS and not dialect.whitespace else 1.0
    return float(consistency * types * (1 - 1 / width) ** 0.5 * (1 - malformed) * rare)


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
