"""Detect delimiter, quote and escape: the dialect under which a text looks most like a table."""

import re
from collections import Counter
from collections.abc import Iterator

from pipeweave_dagster.core.ingest.text.dialect_score import SAMPLE_RECORDS, dialect_score
from pipeweave_dagster.core.ingest.text.records import TextDialect, parse_records

_DELIMITERS = (",", ";", "\t", "|", " ", ":", "^", "~", "#", "&", "!", "\x1f", "\x01")
_SCORE_OF_TABLE = 0.05
_GOOD_SCORE = 0.3


def detect_dialect(sample: str) -> TextDialect:
    r"""Return the dialect with the best score for a sample of complete lines.

    Example:
        >>> detect_dialect("a;b\n1;2\n3;4\n").delimiter
        ';'
    """
    scored = [(dialect_score(sample, d), -i, d) for i, d in enumerate(_candidates(sample))]
    if not scored:
        return TextDialect(None, _lone_quote(sample))
    score, _, dialect = max(scored, key=lambda s: (round(s[0], 9), s[1]))
    if dialect.whitespace or score < _GOOD_SCORE:
        fixed = _fixed_width(sample)
        if fixed and dialect_score(sample, fixed) > score:
            return fixed
    if score < _SCORE_OF_TABLE:
        return TextDialect(None, _lone_quote(sample))
    return _absorb_spaces(sample, dialect)


def _lone_quote(sample: str) -> str | None:
    """Return the quote of a file with one column, if most lines are quoted."""
    lines = [line for line in sample.splitlines() if line.strip()]
    quoted = sum(line.startswith('"') and line.endswith('"') and len(line) > 1 for line in lines)
    return '"' if lines and quoted > 0.5 * len(lines) else None


def _candidates(sample: str) -> Iterator[TextDialect]:
    lines = [line for line in sample.split("\n") if line.strip()]
    counts = Counter(sample)
    for delimiter in _DELIMITERS:
        lines_with = sum(delimiter in line for line in lines)
        if not counts[delimiter] or lines_with < 0.3 * len(lines):
            continue
        quotes = [q for q in ('"', "'") if _may_quote(sample, delimiter, q)]
        for quote in (*quotes, None):
            yield TextDialect(delimiter, quote)
            if quote and "\\" + quote in sample:
                yield TextDialect(delimiter, quote, "\\")
            if quote and delimiter != " " and 2 * sample.count(delimiter + " ") > counts[delimiter]:
                yield TextDialect(delimiter + " ", quote)
    if re.search(r"[^\s][ \t]{2,}[^\s]|^ ", sample, re.MULTILINE) or "\t" in sample:
        yield TextDialect(" ", '"' if '"' in sample else None, None, whitespace=True)


def _fixed_width(sample: str) -> TextDialect | None:
    """Detect fields of fixed width: lines of equal length with spaces at the same positions."""
    lines = [line for line in sample.split("\n") if line.strip()][:SAMPLE_RECORDS]
    length, count = Counter(map(len, lines)).most_common(1)[0] if lines else (0, 0)
    if len(lines) < 10 or count < 0.95 * len(lines):
        return None
    complete = [line for line in lines if len(line) == length]
    blank = [all(line[i] == " " for line in complete) for i in range(length)]
    starts = [i for i in range(length) if not blank[i] and (i == 0 or blank[i - 1])]
    return TextDialect(None, None, field_starts=tuple(starts)) if len(starts) >= 3 else None


def _may_quote(sample: str, delimiter: str, quote: str) -> bool:
    s, q = re.escape(delimiter), re.escape(quote)
    opens = len(re.findall(rf"(?:^|{s} ?){q}", sample, re.MULTILINE))
    closes = len(re.findall(rf"{q}\s?(?:$|{s})", sample, re.MULTILINE))
    return opens > 0 and closes > 0


def _absorb_spaces(sample: str, dialect: TextDialect) -> TextDialect:
    """Make the space after (nearly) every delimiter part of the delimiter."""
    delimiter = dialect.delimiter
    if delimiter is None or delimiter == " " or dialect.whitespace:
        return dialect
    lines = [line for line in sample.split("\n") if delimiter in line][:SAMPLE_RECORDS]
    total, spaced = 0, 0
    for record in parse_records("\n".join(lines), dialect, limit=SAMPLE_RECORDS):
        inner = record.fields[1:]
        total += len(inner)
        spaced += sum(f.startswith((" ", f" {dialect.quote or chr(34)}")) for f in inner)
    if total and spaced >= 0.98 * total:
        return TextDialect(
            delimiter + " ", dialect.quote or _quote_after(lines, delimiter), dialect.escape
        )
    return dialect


def _quote_after(lines: list[str], delimiter: str) -> str | None:
    for quote in ('"', "'"):
        if sum(f"{delimiter} {quote}" in line for line in lines) > 0.1 * len(lines):
            return quote
    return None
