"""Notes and totals below the table of a worksheet."""

import re
from typing import NamedTuple

from pipeweave_dagster.core.ingest.base.note_words import is_dated_note
from pipeweave_dagster.core.ingest.base.raw_table import RejectedRecord
from pipeweave_dagster.core.ingest.base.total_rows import TOTAL
from pipeweave_dagster.core.ingest.formats.sheet import Sheet

_MAX_ROWS = 20
_MAX_TEXT = 200
_NOTE = re.compile(
    r"\s*([*†‡§]|\(?\d\)|(foot)?notes?\b|sources?\b|remarks?\b|comments?\b|legend\b|prepared\b|"
    r"generated\b|©|copyright\b|quelle\b|hinweis\b|anmerkung|stand\b|note\s*:|fuente\b)",
    re.IGNORECASE,
)


class LeftOut(NamedTuple):
    """A row below the table that is not part of it: its number and text."""

    row: int
    text: str


def split_footer(sheet: Sheet) -> list[LeftOut]:
    """Remove the notes below the table from a sheet; return them in the order of the sheet.

    A note is a text alone in its row, in a column that the table begins with, where rows of the
    table fill two cells or more; a blank row above it, its length or its first word show it. Such
    a word below a blank row begins a block, as a legend is, whatever its rows fill.
    """
    rows = sorted(sheet.rows)
    filled = sorted(len(sheet.rows[r]) for r in rows)
    if len(rows) < 3 or filled[len(filled) // 2] < 2:
        return []
    first_column = min(c for r in rows for c in sheet.rows[r])
    block = _start_of_block(sheet, rows)
    left_out = [LeftOut(r, _text_of(sheet.rows.pop(r))) for r in rows[block:]]
    rows = rows[:block]
    start = len(rows)
    candidates: list[int] = []
    while start > 2 and len(rows) - start < _MAX_ROWS and _alone(sheet, rows[start - 1]):
        start -= 1
        candidates.insert(0, rows[start])
    gap = start < len(rows) and rows[start] - rows[start - 1] > 1
    if not candidates or not (gap or all(_is_note(sheet, r) for r in candidates)):
        candidates = [r for r in candidates if _is_note(sheet, r)]
        candidates = candidates if candidates == rows[len(rows) - len(candidates) :] else []
    if any(min(sheet.rows[r]) > first_column + 1 for r in candidates):
        return left_out
    return [LeftOut(r, _text_of(sheet.rows.pop(r))) for r in candidates] + left_out


def rejected_notes(left_out: list[LeftOut]) -> list[RejectedRecord]:
    """Return the notes below a table as rejected records."""
    reason = "a note below the table"
    return [RejectedRecord(n.row, f"{reason} ({n.text!r})", n.text, is_note=True) for n in left_out]


def _start_of_block(sheet: Sheet, rows: list[int]) -> int:
    """Return where the rows below a blank one begin that a word such as `Legend:` heads."""
    for i in range(max(2, len(rows) - _MAX_ROWS, len(rows) * 2 // 3), len(rows) - 1):
        gap = rows[i] - rows[i - 1] > 1
        if gap and _alone(sheet, rows[i]) and _NOTE.match(_text_of(sheet.rows[rows[i]])):
            return i
    return len(rows)


def _text_of(cells: dict[int, object]) -> str:
    return " | ".join(str(cells[column]) for column in sorted(cells))[:_MAX_TEXT]


def _alone(sheet: Sheet, row: int) -> bool:
    cells = list(sheet.rows[row].values())
    return len(cells) == 1 and isinstance(cells[0], str) and not TOTAL.fullmatch(cells[0].strip())


def _is_note(sheet: Sheet, row: int) -> bool:
    text = next(iter(sheet.rows[row].values()))
    return bool(_NOTE.match(text)) or is_dated_note(text) or len(text.split()) >= 4
