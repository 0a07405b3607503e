"""What is noted of rows to predict with more fields than columns.

The source is copied beside exported models.
"""

from collections.abc import Sequence

from pipeweave_dagster.core.counted import counted

_LISTED_SURPLUS = 10


def surplus_notes(lines: Sequence[int], width: int) -> list[str]:
    """Return the note on rows (by line) that are kept without their last fields, if there are.

    Example:
        >>> surplus_notes([7], 2)[0][:58]
        '1 row with more than 2 fields, of which the last were left'
    """
    if not lines:
        return []
    listed = ", ".join(map(str, lines[:_LISTED_SURPLUS]))
    listed += ", …" if len(lines) > _LISTED_SURPLUS else ""
    rows, fields = counted(len(lines), "row"), counted(width, "field")
    note = f"{rows} with more than {fields}, of which the last were left out; the others may be in"
    return [f"{note} the wrong columns: line {listed}."]
