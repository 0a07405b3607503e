"""Detect delimiter, quote and escape: the dialect under which a text looks most like a table."""

import re
from collections import Counter
from collections.abc import Iterator

from pipeweave_dagster.core.documents import OtherReading
from pipeweave_dagster.core.ingest.text.blank_thousands import alone_beside_blanks
from pipeweave_dagster.core.ingest.text.dialect_score import (
    SAMPLE_RECORDS,
    Rating,
    dialect_score,
    rate,
)
from pipeweave_dagster.core.ingest.text.fixed_width import fixed_width
from pipeweave_dagster.core.ingest.text.fixed_width_names import fits_names
from pipeweave_dagster.core.ingest.text.line_marks import is_comment
from pipeweave_dagster.core.ingest.text.one_column import lone_values, one_column_score
from pipeweave_dagster.core.ingest.text.other_dialect import other_delimiter
from pipeweave_dagster.core.ingest.text.records import TextDialect, parse_records
from pipeweave_dagster.core.ingest.text.timestamp_fields import cuts_timestamps

_DELIMITERS = (",", ";", "\t", "|", " ", ":", "^", "~", "#", "&", "!", "\x1f", "\x01")
_DOUBLE_DELIMITERS = ("::", "||", "~~", "^^", ";;")
_SCORE_OF_TABLE = 0.05
_GOOD_SCORE = 0.3
_MOST_HALF_QUOTED, _REGULAR = 0.2, 0.99
_BROKEN_FIELD = re.compile(r'(?<![^\n,;\t|])"(?:[^"\n]|"")*+\n(?:[^"]|"")*+"(?=[,;\t|\r\n]|\Z)')
_TIME = re.compile(r"(?<![\d:])[0-2]?\d:[0-5]\d(?::[0-5]\d)?(?![\d:])")
_LOG_TIME = re.compile(r"(?<=\d\d:\d\d:\d\d),\d{3}(?=[ \]])")
"""The milliseconds of a line of a log: no delimiter."""
_MIN_APOSTROPHES = 0.02
_WHOLE_TIMESTAMPS, _NAMED_FIELDS = 1.2, 1.4
"""Weight of fields of fixed width where blanks cut dates from their times, or what has one name."""


def detect_dialect(sample: str, given: str | None = None) -> TextDialect:
    r"""Return the dialect with the best score for a sample of complete lines.

    Args:
        sample: The lines.
        given: The delimiter, if the user sets it: characters, `tab`, `blanks` or `none`.

    Example:
        >>> detect_dialect("a;b\n1;2\n3;4\n").delimiter
        ';'
    """
    return choose_dialect(sample, given)[0]


def choose_dialect(
    sample: str, given: str | None = None
) -> tuple[TextDialect, OtherReading | None]:
    """Return the dialect as `detect_dialect` does, and the best one with another delimiter."""
    if given is not None:
        return _given_dialect(sample, given), None
    rated = _without_cut_quotes([rate(sample, dialect) for dialect in _candidates(sample)])
    every_line = _lines_of_records(sample)
    every_line = [line for line in every_line if not is_comment(line)] or every_line
    lines = every_line[:SAMPLE_RECORDS]
    values = lone_values(sample)
    alone = max(one_column_score(values.texts[:SAMPLE_RECORDS]), _SCORE_OF_TABLE)
    best = max(rated, key=lambda rating: round(rating.score, 9), default=None)
    score, dialect = (best.score, best.dialect) if best else (0.0, TextDialect(None))
    blanks = dialect.whitespace or dialect.delimiter == " "
    if blanks:
        alone = alone_beside_blanks(alone, score, values.texts[:SAMPLE_RECORDS])
    even = _evenness(every_line, best) if blanks and best else 1.0
    cut = blanks and cuts_timestamps([line.split() for line in lines])
    if cut or even < 1.0 or score < _GOOD_SCORE:
        fixed = fixed_width(every_line) or fixed_width(lines)
        fixed_score = dialect_score(sample, fixed) if fixed else 0.0
        named = blanks and fixed and _names_fit(fixed, lines)
        fixed_score *= _WHOLE_TIMESTAMPS if cut else _NAMED_FIELDS if named else 1.0
        if fixed and fixed_score > max(score * even, alone):
            # It fits every line, so blanks, which do not, need not be tried as delimiters.
            rated = [rating for rating in rated if even == 1.0 or rating.dialect.delimiter != " "]
            return fixed, other_delimiter((fixed, fixed_score), rated, alone)
    if score < alone:
        dialect, score = TextDialect(None, values.quote), alone
        return dialect, other_delimiter((dialect, score), rated, alone)
    return _absorb_spaces(sample, dialect), other_delimiter((dialect, score), rated, alone)


def _evenness(lines: list[str], blanks: Rating) -> float:
    """Return the share of lines with the most frequent number of fields between blanks."""
    quote = blanks.dialect.quote
    if quote and any(quote in line for line in lines):
        return blanks.regular if blanks.regular < _REGULAR else 1.0
    counts = Counter(len(line.split()) for line in lines)
    return max(counts.values(), default=0) / max(1, len(lines))


def _names_fit(fixed: TextDialect, lines: list[str]) -> bool:
    """Return whether each field of fixed width has a name, while fields between blanks have not."""
    fewer = sum(len(lines[0].split()) < len(line.split()) for line in lines)
    return 2 * fewer > len(lines) and fits_names(fixed, lines[0])


def _given_dialect(sample: str, given: str) -> TextDialect:
    """Return the dialect with a delimiter that is set; quotes are detected."""
    if given == "none":
        return TextDialect(None, lone_values(sample).quote)
    if given == "blanks":
        return TextDialect(" ", '"' if '"' in sample else None, None, whitespace=True)
    delimiter = "\t" if given == "tab" else given
    dialects = [TextDialect(delimiter, quote) for quote in ('"', "'", None)]
    scores = [rate(sample, dialect).score for dialect in dialects]
    return dialects[max(range(len(dialects)), key=lambda i: (scores[i], -i))]


def _without_cut_quotes(rated: list[Rating]) -> list[Rating]:
    """Leave out dialects that cut through quotes which another dialect reads as such throughout."""
    if not any(rating.quoted and not rating.malformed for rating in rated):
        return rated
    return [rating for rating in rated if rating.half_quoted <= _MOST_HALF_QUOTED]


def _candidates(sample: str) -> Iterator[TextDialect]:
    """Yield possible dialects; of equal ones the first is taken."""
    lines = _lines_of_records(sample)
    counts = Counter(sample)
    names = lines[0] if lines else ""
    for delimiter in _DELIMITERS:
        # Below names with commas, a comma behind a time stands between values.
        in_times = delimiter == "," and delimiter not in _LOG_TIME.sub("", names)
        lines_with = sum(delimiter in (_LOG_TIME.sub("", x) if in_times else x) for x in lines)
        if not counts[delimiter] or lines_with < 0.3 * len(lines):
            continue
        if delimiter == ":" and _are_in_times(lines):
            continue
        quotes = [q for q in ('"', "'") if _may_quote(sample, delimiter, q)]
        # Without any quote in the sample, one may still come further down in a large file.
        for quote in (*quotes, None) if '"' in sample else (*quotes, '"'):
            yield TextDialect(delimiter, quote)
            if quote and "\\" + quote in sample:
                yield TextDialect(delimiter, quote, "\\")
            if quote and delimiter != " " and 2 * sample.count(delimiter + " ") > counts[delimiter]:
                yield TextDialect(delimiter + " ", quote)
    for delimiter in _DOUBLE_DELIMITERS:
        if sum(delimiter in line for line in lines) > 0.9 * len(lines):
            yield TextDialect(delimiter, '"' if _may_quote(sample, delimiter, '"') else None)
    if re.search(r"[^\s][ \t]{2,}[^\s]|^ ", sample, re.MULTILINE) or "\t" in sample:
        yield TextDialect(" ", '"' if '"' in sample else None, None, whitespace=True)


def _lines_of_records(sample: str) -> list[str]:
    """Return the lines that are not blank, a quoted field with line breaks as part of one."""
    text = _BROKEN_FIELD.sub('""', sample) if '"' in sample else sample
    return [line.removesuffix("\r") for line in text.split("\n") if line.strip()]


def _are_in_times(lines: list[str]) -> bool:
    """Return whether colons belong to times of day, unless a header has as many of them."""
    if len(lines) < 2 or 2 * sum(_TIME.search(line) is not None for line in lines) <= len(lines):
        return False
    return _TIME.search(lines[0]) is not None or lines[0].count(":") != lines[-1].count(":")


def _may_quote(sample: str, delimiter: str, quote: str) -> bool:
    """Return whether fields begin and end with a quote; with apostrophes, all names or many."""
    s, q = re.escape(delimiter), re.escape(quote)
    opens = len(re.findall(rf"(?:^|{s} ?){q}", sample, re.MULTILINE))
    closes = len(re.findall(rf"{q}\s?(?:$|{s})", sample, re.MULTILINE))
    head = sample.partition("\n")[0].strip().split(delimiter)
    if len(head) > 1 and all(len(f) > 1 and f[0] == f[-1] == quote for f in head):
        return True
    least = 1 if quote == '"' else max(2, _MIN_APOSTROPHES * sample.count("\n"))
    return opens >= least and closes >= least


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
    if not total or spaced < 0.98 * total:
        return dialect
    quote = dialect.quote or _quote_after(lines, delimiter)
    if delimiter + " " in lines[0] and f"{delimiter}  " not in sample:
        return TextDialect(delimiter + " ", quote, dialect.escape)
    return TextDialect(delimiter, quote, dialect.escape, skip_blanks=True)


def _quote_after(lines: list[str], delimiter: str) -> str | None:
    for quote in ('"', "'"):
        opening = re.compile(f"{re.escape(delimiter)} +{quote}")
        if sum(opening.search(line) is not None for line in lines) > 0.1 * len(lines):
            return quote
    return None
