"""Records of the right width for a table; what does not fit is told, with its line."""

from pipeweave_dagster.core.ingest.raw_table import Rejected
from pipeweave_dagster.core.ingest.records import Record

RARE = 0.05
_NOTE_WIDTH = 3
_MOST_NOTES = 20


def is_blank(fields: list[str]) -> bool:
    """Whether cells hold nothing, or nothing but left-over separators."""
    return not any(f.strip(" \t\u00a0,;|") for f in fields)


def fit(
    body: list[Record], width: int, keep_all: bool, fill: bool | None = None
) -> tuple[list[Record], list[Rejected], list[str]]:
    """Records of the right width; short ones are filled up only where that is usual (`fill`)."""
    kept: list[Record] = []
    rejected: list[Rejected] = []
    empty, repaired = 0, []
    short = sum(len(r.fields) < width for r in body if not is_blank(r.fields))
    if fill is None:
        fill = short > RARE * max(1, len(body))
    for record in body:
        fields = record.fields
        if keep_all:
            kept.append(record)
        elif is_blank(fields):
            empty += 1
        elif (len(fields) > width and not is_blank(fields[width:])) or (
            len(fields) < width and not fill
        ):
            rejected.append(_reject(record, f"{len(fields)} fields instead of {width}"))
        else:
            kept.append(record)
            if record.odd:
                repaired.append(record)
    return kept, rejected, _fit_notes(empty, short if fill else 0, repaired)


def without_notes(kept: list[Record], width: int) -> tuple[list[Record], list[Rejected]]:
    """Records without the notes below a table: a sentence in the first cell, and nothing beside it.

    Only where the other rows fill several cells, so that the two cannot be taken for each other.
    """
    filled = sorted(_filled(r) for r in kept)
    if width < _NOTE_WIDTH or filled[len(filled) // 2] < _NOTE_WIDTH:
        return kept, []
    end = len(kept)
    while end > 1 and len(kept) - end < _MOST_NOTES and _is_note(kept[end - 1]):
        end -= 1
    return kept[:end], [_reject(r, "a note below the table") for r in kept[end:]]


def _filled(record: Record) -> int:
    return sum(bool(f.strip()) for f in record.fields)


def _is_note(record: Record) -> bool:
    first = record.fields[0].strip()
    return _filled(record) == 1 and (len(first.split()) >= 3 or first.startswith("*"))


def _reject(record: Record, reason: str) -> Rejected:
    return Rejected(record.line, reason, "\x1f".join(record.fields)[:10_000])


def _fit_notes(empty: int, filled: int, repaired: list[Record]) -> list[str]:
    notes = []
    if empty:
        notes.append(f"{empty} rows without any value were left out.")
    if filled:
        notes.append(f"{filled} rows were shorter than the others; their last columns are missing.")
    if repaired:
        lines = ", ".join(str(r.line) for r in repaired[:10])
        kinds = sorted({r.odd for r in repaired if r.odd})
        notes.append(f"{len(repaired)} rows were repaired ({', '.join(kinds)}): lines {lines}.")
    return notes
