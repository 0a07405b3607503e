"""Reject records with a wrong number of fields, and report them with their lines."""

from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.ingest.base.raw_table import CELL_END, RejectedRecord
from pipeweave_dagster.core.ingest.text.records import Record
from pipeweave_dagster.core.model.closing_lines import is_blank
from pipeweave_dagster.core.model.surplus_fields import surplus_notes
from pipeweave_dagster.core.model.value_kinds import kind_of

RARE = 0.05
_MAX_TEXT = 10_000
_REFERENCE = 400


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
        pad = short > RARE * max(1, len(body)) or _begins_short(body, width)
    for record in body:
        fields = record.fields
        if keep_all:
            kept.append(record)
        elif is_blank(fields):
            empty += 1
        elif (len(fields) > width and not is_blank(fields[width:])) or (
            len(fields) < width and not pad
        ):
            reason = f"{counted(len(fields), 'field')} instead of {width}"
            rejected.append(rejected_record(record, reason))
        else:
            kept.append(record)
            if record.repair:
                repaired.append(record)
    notes = _notes(empty, short if pad or keep_all else 0, repaired)
    return kept, rejected, notes + (_surplus_notes(kept, width) if keep_all else [])


def _begins_short(body: list[Record], width: int) -> bool:
    """Return whether only the first rows are short, and have values of the kinds of their columns.

    A table may begin so, where its last columns were measured later. A short row among complete
    ones has lost something.
    """
    filled = [record.fields for record in body if not is_blank(record.fields)]
    first = next((i for i, fields in enumerate(filled) if len(fields) >= width), 0)
    complete = [fields for fields in filled[first:] if len(fields) == width][:_REFERENCE]
    kinds = [{kind_of(fields[j]) for fields in complete} | {"empty"} for j in range(width)]
    return (
        first > 0
        and all(
            kind_of(cell) in found
            for fields in filled[:first]
            for cell, found in zip(fields, kinds, strict=False)
        )
        and all(len(fields) >= width for fields in filled[first:])
    )


def rejected_record(record: Record, reason: str) -> RejectedRecord:
    """Return a record as rejected, with its line and the reason."""
    return RejectedRecord(record.line, reason, CELL_END.join(record.fields)[:_MAX_TEXT])


def _surplus_notes(kept: list[Record], width: int) -> list[str]:
    """Return a note on records that are kept without the fields beyond the last column."""
    return surplus_notes([r.line for r in kept if not is_blank(r.fields[width:])], width)


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
