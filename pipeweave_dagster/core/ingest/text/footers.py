"""Detect footers: notes and totals below a table. They are quarantined and reported.

A total right below the rows is kept: it has the columns of a row, and only the user knows whether
it is one of the categories.
"""

import re
from dataclasses import replace
from itertools import pairwise

from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.ingest.base.note_words import is_dated_note
from pipeweave_dagster.core.ingest.base.raw_table import CELL_END, RejectedRecord
from pipeweave_dagster.core.ingest.text.check_widths import rejected_record
from pipeweave_dagster.core.ingest.text.records import Record, filled_cells
from pipeweave_dagster.core.ingest.text.small_tables_below import start_of_small_table
from pipeweave_dagster.core.model.closing_lines import is_blank

_MIN_WIDTH = 3
_MAX_RECORDS = 20
_LISTED = 10
_NOTE_REASON = "a note below the table"
_NOTES = {_NOTE_REASON, "a block below the table", "a total below the table"}
"""Reasons of what is recognised; a summary or another table may be rows that were read wrongly."""
_NOTE = re.compile(
    r"[*]|(sources?|(foot)?notes?|legend|quellen?|fu(ss|ß)noten?|anmerkung(en)?|hinweise?|fuente|nota)"
    r"\s*:",
    re.IGNORECASE,
)
_TOTAL = re.compile(r"(grand |sub-?)?totals?\s*:?", re.IGNORECASE)


def split_footer(
    kept: list[Record], body: list[Record], width: int
) -> tuple[list[Record], list[RejectedRecord]]:
    """Return the records of the table, and at most twenty per kind of footer below it.

    Applies only where rows fill three cells or more, so that they cannot be mistaken for notes.

    Args:
        kept: Records of the right width.
        body: All records, with the blank ones that separate a table from its footer.
        width: Number of columns.
    """
    counts = sorted(filled_cells(r.fields) for r in kept)
    typical = counts[len(counts) // 2] if counts else 0
    if width < _MIN_WIDTH or typical < _MIN_WIDTH:
        return kept, []
    after_blank = _after_blank(kept, body)
    rejected: list[RejectedRecord] = []
    for find_start, reason in (
        (_start_of_block, "a block below the table"),
        (_start_of_small_table, "another table below the table"),
        (_start_of_notes, _NOTE_REASON),
        (_start_below_total, "below the total of the table"),
        (_start_of_summary, "a summary below the table"),
        (_start_of_starred, "a total below the table"),
    ):
        start = find_start(kept, after_blank, typical)
        found = [rejected_record(r, reason) for r in kept[start:]]
        rejected = [replace(r, is_note=reason in _NOTES) for r in found] + rejected
        kept = kept[:start]
    return kept, rejected


def named_notes(kept: list[Record], rejected: list[RejectedRecord]) -> list[RejectedRecord]:
    """Return rejected records, those of one field below the last row as notes below the table."""
    last = kept[-1].line if kept else 0
    return [
        replace(r, reason=_NOTE_REASON, is_note=_reads_as_note(r.text))
        if r.line > last and CELL_END not in r.text
        else r
        for r in rejected
    ]


def kept_footer_note(kept: list[Record], body: list[Record], width: int) -> list[str]:
    """Return the note on rows of a batch that would be no rows of a training table."""
    _, found = split_footer(kept, body, width)
    lines = ", ".join(str(record.line) for record in found[:_LISTED])
    what = counted(len(found), "row")
    looks = "looks like a note or total" if len(found) == 1 else "look like notes or totals"
    return [f"{what} {looks} below the table: line {lines}; kept, as in a batch."] if found else []


def _after_blank(kept: list[Record], body: list[Record]) -> set[int]:
    """Return the indices of kept records right below a blank one."""
    index = {r.line: i for i, r in enumerate(kept)}
    found = {index.get(b.line, -1) for a, b in pairwise(body) if is_blank(a.fields)}
    return found - {-1, 0}


def _start_of_small_table(kept: list[Record], _after_blank: set[int], typical: int) -> int:
    return start_of_small_table(kept, typical)


def _start_of_notes(kept: list[Record], _after_blank: set[int], _typical: int) -> int:
    """Return where notes start: a sentence in the first cell, and nothing beside it."""
    start = len(kept)
    while start > 1 and len(kept) - start < _MAX_RECORDS and _is_one_field(kept[start - 1]):
        start -= 1
    labels = any(is_dated_note(record.fields[0]) for record in kept[:start])
    while start < len(kept) and not _is_note(kept[start], labels=labels):
        start += 1
    return start


def _is_one_field(record: Record) -> bool:
    return filled_cells(record.fields) == 1 and bool(record.fields[0].strip())


def _is_note(record: Record, *, labels: bool) -> bool:
    """Return whether a record is a note; labels and dates are none where rows begin with them."""
    first = record.fields[0].strip()
    if filled_cells(record.fields) != 1:
        return False
    return _reads_as_note(first, dated=not labels)


def _reads_as_note(text: str, *, dated: bool = True) -> bool:
    """Return whether a text alone in its record is a note, and not the half of a row."""
    is_note = len(text.split()) >= 3 or bool(_NOTE.match(text.strip()))
    return is_note or (dated and is_dated_note(text))


def _start_of_block(kept: list[Record], after_blank: set[int], _typical: int) -> int:
    """Return where a block starts that a word such as `Legend:` heads below a blank row."""
    for i in sorted(after_blank):
        few = len(kept) - i <= min(_MAX_RECORDS, i // 2)
        if few and _is_one_field(kept[i]) and _NOTE.match(kept[i].fields[0].strip()):
            return i
    return len(kept)


def _start_below_total(kept: list[Record], after_blank: set[int], _typical: int) -> int:
    """Return where the few rows start that a blank row separates from the first total."""
    totals = (i for i, r in enumerate(kept) if _TOTAL.fullmatch(r.fields[0].strip()))
    start = next(totals, len(kept)) + 1
    few = len(kept) - start <= min(_MAX_RECORDS, start // 2)
    return start if start in after_blank and few else len(kept)


def _start_of_summary(kept: list[Record], after_blank: set[int], typical: int) -> int:
    """Return where the rows start that a blank row separates, and that are at least half empty.

    They lack the first cell, which every other row has.
    """
    start = max((i for i in after_blank if i < len(kept)), default=len(kept))
    above, below = kept[:start], kept[start:]
    few = 0 < len(below) <= min(_MAX_RECORDS, len(above) // 2)
    sparse = all(not r.fields[0].strip() and 2 * filled_cells(r.fields) <= typical for r in below)
    complete = all(r.fields[0].strip() for r in above)
    return start if few and sparse and complete else len(kept)


def _start_of_starred(kept: list[Record], _after_blank: set[int], typical: int) -> int:
    """Return where the totals of SAP start: asterisks in the first cell, most others blank."""
    start = len(kept)
    while start > 1 and len(kept) - start < _MAX_RECORDS and _is_starred(kept[start - 1], typical):
        start -= 1
    return start


def _is_starred(record: Record, typical: int) -> bool:
    first = record.fields[0].strip()
    return bool(first) and not first.strip("*") and 2 * filled_cells(record.fields) <= typical
