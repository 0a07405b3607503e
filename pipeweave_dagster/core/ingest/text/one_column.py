"""Files of one column: what looks like a delimiter stands inside its values."""

import re

from pipeweave_dagster.core.ingest.types.value_kinds import TYPED, kind_of

_TYPED_SCORE, _TEXT_SCORE = 0.9, 0.22
_MIN_TYPED = 0.95
_DELIMITERS = re.compile(r"[,;\t|]")


def one_column_score(lines: list[str]) -> float:
    """Score the reading of lines as one column, on the scale of `dialect_score` (0 to 1).

    It is high where the lines are values of one type, such as timestamps or addresses. A comma in a
    number (`0,50`) is a decimal mark only below a name without a comma. Other texts are one column
    only if no delimiter is better.

    Args:
        lines: The lines that are not blank, without line ends.
    """
    if not lines:
        return 0.0
    body = lines[1:] or lines
    kinds = [_kind(line.strip()) for line in body]
    typed = sum(kind in TYPED for kind in kinds) / len(body)
    named = _DELIMITERS.search(lines[0]) is None
    if typed < _MIN_TYPED:
        return _TEXT_SCORE if named else _TEXT_SCORE / 4
    plain = {"date", "datetime", "time", "url", "email"}
    return _TYPED_SCORE if named or plain.issuperset(kinds) else 0.0


def _kind(text: str) -> str:
    """Return the kind of a line; a timestamp ends where a delimiter follows."""
    inner = text[1:-1]
    quoted = len(text) > 1 and text[0] == text[-1] == '"' and '"' not in inner.replace('""', "")
    kind = kind_of(inner if quoted else text)
    return "text" if kind == "datetime" and not quoted and _DELIMITERS.search(text) else kind
