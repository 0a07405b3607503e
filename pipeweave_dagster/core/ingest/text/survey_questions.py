"""The questions of a survey below the names of its columns: neither names nor a row.

Survey tools write short names (`Q1`, `StartDate`), then what was asked, then the answers.
"""

import re

from pipeweave_dagster.core.ingest.text.column_model import cell_kind
from pipeweave_dagster.core.ingest.text.first_lines import Line
from pipeweave_dagster.core.model.value_kinds import TYPED

_QUESTION_WORDS, _MOST_NAME_WORDS = 3, 2
_LONGER = 2
_TYPED_SHARE, _QUESTION_SHARE = 0.6, 0.5
_END = re.compile(r"\?\W*$")
_MIN_CERTAIN = 2


def are_questions(names: Line, line: Line, rows: list[Line]) -> bool:
    """Return whether a line below short names asks what the rows below it answer.

    Each of its texts stands above numbers or dates, or is a question or much longer than every
    answer. At least half are of several words, and two columns (or the only one) are certain: typed
    below, or with a question mark.

    Args:
        names: The line with the names.
        line: The line below.
        rows: The rows below that.
    """
    places = [i for i, cell in enumerate(line.cells) if cell]
    if len(places) < min(2, line.width) or not line.is_complete or line.width < 2:
        return False
    if any(len(cell.split()) > _MOST_NAME_WORDS for cell in names.cells):
        return False
    texts = [line.cells[i] for i in places]
    if any(cell_kind(text) in TYPED for text in texts):
        return False
    asked = sum(len(text.split()) >= _QUESTION_WORDS for text in texts)
    if asked < max(1, _QUESTION_SHARE * len(texts)):
        return False
    answers = [[row.cells[i] for row in rows if row.is_complete] for i in places]
    pairs = [*zip(texts, answers, strict=True)]
    certain = sum(_is_typed(below) or _END.search(text) is not None for text, below in pairs)
    return certain >= _MIN_CERTAIN and all(_is_above(text, below) for text, below in pairs)


def _is_above(text: str, answers: list[str]) -> bool:
    """Return whether a text is none of the answers below it."""
    if _is_typed(answers):
        return True
    longest = max((len(answer.split()) for answer in answers), default=0)
    if _END.search(text):
        return not any(map(_END.search, answers))
    words = len(text.split())
    return words >= _QUESTION_WORDS and words > _LONGER * longest


def _is_typed(answers: list[str]) -> bool:
    kinds = [cell_kind(answer) for answer in answers]
    known = [kind for kind in kinds if kind != "empty"]
    return bool(known) and sum(kind in TYPED for kind in known) > _TYPED_SHARE * len(known)
