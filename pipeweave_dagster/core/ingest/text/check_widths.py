"""Reject records with a wrong number of fields, and report them with their lines."""

from pipeweave_dagster.core.ingest.base.counted import counted
from pipeweave_dagster.core.ingest.base.raw_table import RejectedRecord
from pipeweave_dagster.core.ingest.text.records import Record

RARE = 0.05
_MAX_TEXT = 10_000


def is_blank(fields: list[str]) -> bool:
    """Return whether fields are empty or contain only left-over delimiters."""
    return not any(f.strip(" \t\u00a0,;|") for f in fields)


def check_widths(
    body: list[Record], width: int, keep_all: bool, pad: bool | None = None
) -> tuple[list[Record], list[RejectedRecord], list[str]]:
    """Return the records that fit a width, the rejected ones, and notes.

    Args:
        body: Records of the body.
        width: Number of columns.
        keep_all: Whether to keep records of any width, as for a batch to predict.
        pad: Whether short records are kept, their last columns missing; by default if they are
            common.
    """
    kept: list[Record] = []
    rejected: list[RejectedRecord] = []
    empty, repaired = 0, []
    short = sum(len(r.fields) < width for r in body if not is_blank(r.fields))
    if pad is None:
        pad = short > RARE * max(1, len(body))
    for record in body:
        fields = record.fields
        if keep_all:
            kept.append(record)
        elif is_blank(fields):
            empty += 1
        elif (len(fields) > width and not is_blank(fields[width:])) or (
            len(fields) < width and not pad
        ):
            rejected.append(rejected_record(record, f"{len(fields)} fields instead of {width}"))
        else:
            kept.append(record)
            if record.repair:
                repaired.append(record)
    return kept, rejected, _notes(empty, short if pad else 0, repaired)


def rejected_record(record: Record, reason: str) -> RejectedRecord:
    """Return a record as rejected, with its line and the reason."""
    return RejectedRecord(record.line, reason, "\x1f".join(record.fields)[:_MAX_TEXT])


def _notes(empty: int, padded: int, repaired: list[Record]) -> list[str]:
    notes = []
    if empty:
        notes.append(f"Skipped {counted(empty, 'empty row')}.")
    if padded:
        notes.append(
            f"Padded {counted(padded, 'row')} with too few fields; the last columns are missing."
        )
    if repaired:
        lines = ", ".join(str(r.line) for r in repaired[:10])
        repairs = sorted({r.repair for r in repaired if r.repair})
        notes.append(
            f"Repaired {counted(len(repaired), 'row')} ({', '.join(repairs)}): line {lines}."
        )
    return notes
