"""A last column for comments that most rows leave out, delimiter and all (LabVIEW and others)."""

import re
from dataclasses import replace

from pipeweave_dagster.core.ingest.text.name_costs import name_kind
from pipeweave_dagster.core.ingest.text.records import Record
from pipeweave_dagster.core.model.value_kinds import TYPED

_LOOK_AHEAD, _LEAST_ROWS, _LEAST_WIDTH = 60, 3, 2
_COMMENT = re.compile(
    r"comments?|remarks?|notes?|kommentare?|bemerkung(?:en)?|commentaires?|comentarios?",
    re.IGNORECASE,
)


def with_comment_field(records: list[Record], width: int) -> tuple[list[Record], int]:
    """Return the first records of a file with a last field for comments, and their width.

    They are returned as they are unless a line of names has one more than the rows, its last.

    Args:
        records: The first records.
        width: The number of fields of most of them.

    Example:
        >>> lines = [["X", "Y", "Comment"], ["1", "2"], ["2", "2"], ["3", "4"]]
        >>> with_comment_field([Record(i, line) for i, line in enumerate(lines, 1)], 2)[1]
        3
    """
    for i, record in enumerate(records[:_LOOK_AHEAD]):
        if _names_comments(record, width) and _leave_it_out(records[i + 1 :], width):
            wide = [replace(r, fields=[*r.fields, ""]) if len(r.fields) == width else r
                    for r in records]  # fmt: skip
            return wide, width + 1
    return records, width


def _names_comments(record: Record, width: int) -> bool:
    """Return whether a record has names, one more than there are fields, the last of comments."""
    if width < _LEAST_WIDTH or len(record.fields) != width + 1:
        return False
    names = [name.strip() for name in record.fields]
    return bool(_COMMENT.fullmatch(names[-1])) and not any(
        not name or name_kind(name) in TYPED for name in names
    )


def _leave_it_out(rows: list[Record], width: int) -> bool:
    short = sum(len(row.fields) == width for row in rows)
    full = sum(len(row.fields) == width + 1 for row in rows)
    return short >= max(_LEAST_ROWS, full) and short + full == len(rows)
