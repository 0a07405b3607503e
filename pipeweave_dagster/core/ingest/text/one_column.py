"""Files of one column: what looks like a delimiter stands inside its values."""

import re
from typing import NamedTuple

from pipeweave_dagster.core.ingest.types.month_names import is_month_name
from pipeweave_dagster.core.model.value_kinds import TYPED, kind_of

_TYPED_SCORE, _LOG_SCORE, _TEXT_SCORE = 0.9, 0.5, 0.22
_MIN_TYPED = 0.95
_MOST_CELLS = 0.3
_QUOTED_CELL = re.compile(r'"(?:[^"]|"")*"[,;\t|]')
_MILLISECONDS = re.compile(r"(?:\d{4}-\d\d-\d\d[ T])?\d{1,2}:\d\d:\d\d,\d{3}")
_MOMENT = re.compile(
    r".*?\d:\d\d(?::\d\d(?:[.,:]\d+)?)?(?: ?[aApP]\.?[mM]\.?)?(?: ?[zZ]| Uhr)?"
    r"(?: ?(?:UTC|GMT|[CEW]ES?T|MES?Z|BST|IST|MS[KD]|[JK]ST|SGT|HKT|SAST|BRS?T|ART|[ACEHMNP][SD]T"
    r"|AK[SD]T|NZ[SD]T|A[CEW][SD]T|WI[BT]|[A-Z][a-z]+/[\w/+-]+))?"
    r"(?: ?[+\u2212-]\d\d(?::?\d\d){0,2})?(?: UTC)?(?: ?[(\[].*[)\]])?"
)
"""A time of day with its zone, and nothing behind it such as the level of a line in a log."""
_NAMED_DATE = re.compile(r"\d{0,2}\W*(?P<name>[^\W\d_]{3,9})\W+(?:\d{1,2}\W+)?(?P<year>\d+)")
_FULL_YEAR = re.compile(r"(?:1[5-9]|20)\d\d")
_DELIMITERS = re.compile(r"[,;\t|]")
_VALUE = re.compile(r'(?P<quoted>"(?:[^"]|"")*+" *(?=\r?\n|\Z))|[^\n]+')
_MOST_BROKEN = 2000
"""Line breaks of one value, as many as a quoted field may have (see `split_record`)."""


class LoneValues(NamedTuple):
    """The values of a text as one column, each as it is written, and the quote around some."""

    texts: list[str]
    quote: str | None


def lone_values(sample: str) -> LoneValues:
    r"""Return the values that are not blank of a text that has one column.

    A value in quotes may go over several lines. Programs quote a value only where it needs it, so
    one quoted value suffices, unless most lines that open with a quote are not closed: prose.

    Example:
        >>> lone_values('text\n"a\nb"\nc').texts, lone_values('"a" b\nc').quote
        (['text', '"a\nb"', 'c'], None)
    """
    found = [match for match in _VALUE.finditer(sample) if match[0].strip()]
    quoted = [match["quoted"] for match in found if match["quoted"]]
    opened = sum(match[0].startswith('"') for match in found)
    if 2 * len(quoted) <= opened or any(v.count("\n") > _MOST_BROKEN for v in quoted):
        return LoneValues([line for line in sample.splitlines() if line.strip()], None)
    return LoneValues([match[0].removesuffix("\r") for match in found], '"')


def one_column_score(lines: list[str]) -> float:
    """Score the reading of values as one column, on the scale of `dialect_score` (0 to 1).

    It is high where the lines are values of one type, such as timestamps or addresses. A comma in a
    number (`0,50`) is a decimal mark only below a name without a comma. Other texts are one column
    only if no delimiter is better.

    Args:
        lines: The values as they are written, with their quotes.
    """
    if not lines:
        return 0.0
    body = lines[1:] or lines
    named = _DELIMITERS.search(lines[0]) is None
    kinds = [_kind(line.strip(), named=named) for line in body]
    typed = sum(kind in TYPED for kind in kinds) / len(body)
    if typed < _MIN_TYPED:
        cells = sum(_QUOTED_CELL.match(line) is not None for line in lines)
        if named and typed + kinds.count("log") / len(body) >= _MIN_TYPED:
            return _LOG_SCORE
        alone = named and cells <= _MOST_CELLS * len(lines)
        return _TEXT_SCORE if alone else _TEXT_SCORE / 4
    plain = {"date", "datetime", "time", "url", "email"}
    alone = plain.issuperset(kinds) and not _divided_alike(lines)
    return _TYPED_SCORE if named or alone else 0.0


def _divided_alike(lines: list[str]) -> bool:
    """Return whether every line has a delimiter as often as the first: addresses, then cells."""
    marks = [mark for mark in ",;\t|" if mark in lines[0]]
    return any(all(x.count(mark) == lines[0].count(mark) for x in lines) for mark in marks)


def _kind(text: str, *, named: bool) -> str:
    """Return the kind of a line; `log` for a timestamp with more behind it than a zone.

    A comma with three digits behind a time of day is part of it, but not below a name with a comma.
    """
    if _MILLISECONDS.fullmatch(text):
        return "time" if named else "text"
    inner = text[1:-1]
    quoted = len(text) > 1 and text[0] == text[-1] == '"' and '"' not in inner.replace('""', "")
    kind = kind_of(inner if quoted else text)
    if quoted or not _has_more(text, kind):
        return kind
    return "log" if kind == "datetime" and not _DELIMITERS.search(text) else "text"


def _has_more(text: str, kind: str) -> bool:
    r"""Return whether a line that looks like a date or time has further values beside it.

    Example:
        >>> _has_more("2024-05-01 10:15:00 INFO", "datetime"), _has_more("12 red 45", "date")
        (True, True)
    """
    if kind in {"time", "datetime"} and _DELIMITERS.search(text):
        return True
    if kind == "datetime" and text[0].isdecimal():
        return _MOMENT.fullmatch(text) is None
    named = _NAMED_DATE.fullmatch(text) if kind == "date" and " " in text else None
    return not (
        named is None or is_month_name(named["name"]) or _FULL_YEAR.fullmatch(named["year"])
    )
