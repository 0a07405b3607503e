"""Gather what the page of a data set says about how its file was read."""

from dataclasses import dataclass, field

from pipeweave_dagster.core.documents import DatasetSnapshot, LeftOutLine
from pipeweave_dagster.services.reading_text import dialect_text, joined_notes

_FIRST = 6
_MOST = 100


@dataclass
class ReadingView:
    """How a file was read; of many notes and lines the first, and the number of all others.

    Attributes:
        how: Format, delimiter, encoding and header.
        rows: Rows of the table, with those in quarantine.
        quarantined: Rows that could not be read.
        doubts: Notes on what is uncertain, with the setting that decides it.
        notes: Other notes; `further` ones are folded up.
        left_out: Lines of the file that are neither header nor row.
        hidden: How many notes, and how many lines, are not shown at all.
    """

    how: str = ""
    rows: int = 0
    quarantined: int = 0
    doubts: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    further: list[str] = field(default_factory=list)
    left_out: list[LeftOutLine] = field(default_factory=list)
    hidden: int = 0


def reading_view(snapshot: DatasetSnapshot) -> ReadingView:
    """Return how the file of a snapshot was read, bounded for a page."""
    of_columns = (f"{c.name}: {c.doubt}" for c in snapshot.columns if c.doubt)
    uncertain = {snapshot.dialect.doubt, *of_columns}
    doubts = [note for note in snapshot.notes if note in uncertain]
    notes = joined_notes(note for note in snapshot.notes if note not in uncertain)
    return ReadingView(
        how=dialect_text(snapshot.dialect.model_dump(mode="json")),
        rows=snapshot.rows_read,
        quarantined=snapshot.rows_quarantined,
        doubts=doubts[:_MOST],
        notes=notes[:_FIRST],
        further=notes[_FIRST:_MOST],
        left_out=snapshot.left_out[:_MOST],
        hidden=len(doubts[_MOST:]) + len(notes[_MOST:]),
    )
