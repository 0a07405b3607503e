"""What people write below a table: notes, and sums that stand apart. It is put aside and told.

A total right under the rows stays: it has the columns of a row, and only a person knows whether it
is one of the kinds that are counted.
"""

import re
from itertools import pairwise

from pipeweave_dagster.core.ingest.base.raw_table import Rejected
from pipeweave_dagster.core.ingest.text.record_widths import is_blank, reject
from pipeweave_dagster.core.ingest.text.records import Record

_MIN_WIDTH = 3
_MOST = 20
_TOTAL = re.compile(r"(grand |sub-?)?totals?\s*:?", re.IGNORECASE)


def without_what_is_below(
    kept: list[Record], body: list[Record], width: int
) -> tuple[list[Record], list[Rejected]]:
    """Records without those below the table, of which there are at most twenty.

    Only where rows fill three cells or more, so that they cannot be taken for notes.

    Args:
        kept: Records of the right width.
        body: All records, with the blank ones that part a table from what is below it.
        width: Number of columns.
    """
    filled = sorted(_filled(r) for r in kept)
    usual = filled[len(filled) // 2] if filled else 0
    if width < _MIN_WIDTH or usual < _MIN_WIDTH:
        return kept, []
    gaps = _gaps(kept, body)
    rejected: list[Rejected] = []
    for begin, reason in (
        (_notes, "a note below the table"),
        (_below_total, "below the total of the table"),
        (_sums, "a summary below the table"),
    ):
        start = begin(kept, gaps, usual)
        rejected = [reject(r, reason) for r in kept[start:]] + rejected
        kept = kept[:start]
    return kept, rejected


def _filled(record: Record) -> int:
    return sum(bool(f.strip()) for f in record.fields)


def _gaps(kept: list[Record], body: list[Record]) -> set[int]:
    """Places of records with a blank record right above."""
    place = {r.line: i for i, r in enumerate(kept)}
    found = {place.get(b.line, -1) for a, b in pairwise(body) if is_blank(a.fields)}
    return found - {-1, 0}


def _notes(kept: list[Record], _gaps: set[int], _usual: int) -> int:
    """Where notes begin: a sentence in the first cell, and nothing beside it."""
    end = len(kept)
    while end > 1 and len(kept) - end < _MOST and _is_note(kept[end - 1]):
        end -= 1
    return end


def _is_note(record: Record) -> bool:
    first = record.fields[0].strip()
    return _filled(record) == 1 and (len(first.split()) >= 3 or first.startswith("*"))


def _below_total(kept: list[Record], gaps: set[int], _usual: int) -> int:
    """Where the rows begin that a blank one parts from the first total, if they are few."""
    totals = (i for i, r in enumerate(kept) if _TOTAL.fullmatch(r.fields[0].strip()))
    start = next(totals, len(kept)) + 1
    few = len(kept) - start <= min(_MOST, start // 2)
    return start if start in gaps and few else len(kept)


def _sums(kept: list[Record], gaps: set[int], usual: int) -> int:
    """Where the rows begin that a blank one parts from the others, and that are half empty.

    They lack what every other row begins with.
    """
    start = max((g for g in gaps if g < len(kept)), default=len(kept))
    above, below = kept[:start], kept[start:]
    apart = 0 < len(below) <= min(_MOST, len(above) // 2)
    sparse = all(not r.fields[0].strip() and 2 * _filled(r) <= usual for r in below)
    whole = all(r.fields[0].strip() for r in above)
    return start if apart and sparse and whole else len(kept)
