"""Records of the right width for a table; what does not fit is told, with its line."""

from pipeweave_dagster.core.ingest.base.raw_table import Rejected
from pipeweave_dagster.core.ingest.text.records import Record

RARE = 0.05


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
            rejected.append(reject(record, f"{len(fields)} fields instead of {width}"))
        else:
            kept.append(record)
            if record.odd:
                repaired.append(record)
    return kept, rejected, _fit_notes(empty, short if fill else 0, repaired)


def reject(record: Record, reason: str) -> Rejected:
    """A record that is put aside, with its line and the reason."""
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
