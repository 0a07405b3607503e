"""The second best delimiter of a text file, and how much less likely it is than the first."""

import math
from collections.abc import Iterable

from pipeweave_dagster.core.documents import OtherReading
from pipeweave_dagster.core.ingest.text.dialect_score import Rating
from pipeweave_dagster.core.ingest.text.text_dialect import TextDialect

DOUBT_BITS = 0.1
"""Delimiters whose scores differ by so little (seven percent) are both possible."""


def delimiter_words(dialect: TextDialect) -> str:
    r"""Return the delimiter as the setting `read: {delimiter}` takes it.

    Example:
        >>> delimiter_words(TextDialect("\t")), delimiter_words(TextDialect(None))
        ('tab', 'none')
    """
    if dialect.whitespace or dialect.delimiter == " ":
        return "blanks"
    if dialect.delimiter is None:
        return "fixed width" if dialect.field_starts else "none"
    return "tab" if dialect.delimiter == "\t" else dialect.delimiter.strip(" ")


def other_delimiter(
    chosen: tuple[TextDialect, float], rated: Iterable[Rating], alone: float
) -> OtherReading | None:
    """Return the best reading with another delimiter; None without a score.

    Args:
        chosen: The dialect that is taken, and its score.
        rated: The ratings of all candidates.
        alone: The score of the reading as one column.
    """
    dialect, score = chosen
    scores = {"none": alone}
    for rating in rated:
        words = delimiter_words(rating.dialect)
        scores[words] = max(rating.score, scores.get(words, 0.0))
    scores.pop(delimiter_words(dialect), None)
    words = max(scores, key=lambda w: scores[w], default="none")
    if not scores.get(words) or not score:
        return None
    return OtherReading(
        setting={"delimiter": words}, bits=round(math.log2(score / scores[words]), 3)
    )


def doubt_of_delimiter(dialect: TextDialect, other: OtherReading | None) -> str | None:
    """Return a note if another delimiter is about as likely, with the setting that decides it."""
    if other is None or other.bits >= DOUBT_BITS:
        return None
    words = str(other.setting["delimiter"])
    return (
        f"In doubt: read {_described(delimiter_words(dialect))}, but {_described(words)} is about "
        f"as likely. If so, set read: {{delimiter: {_quoted(words)}}}."
    )


def _described(words: str) -> str:
    if words == "none":
        return "as one column"
    if words == "fixed width":
        return "as fields of fixed width"
    return f"with {words}" if words.isalpha() else f"with the delimiter '{words}'"


def _quoted(words: str) -> str:
    return words if words.isalpha() else f"'{words}'"
