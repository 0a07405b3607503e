"""How a file was read, as lines of text."""

from collections.abc import Iterable
from typing import Any

from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.safe_text import plain

_MOST_NOTES = 20
_MOST_TEXT, _MOST_LINE = 300, 100


def reading_lines(snapshot: dict[str, Any]) -> list[str]:
    """Return format, counts and notes of a snapshot or text table, given as JSON.

    Example:
        >>> dialect = {"format": "csv", "delimiter": ";", "encoding": "cp1252", "header_rows": 1}
        >>> reading_lines({"dialect": dialect, "notes": ["Skipped 2 rows."], "rows": 7})
        ["read as csv, delimiter ';', encoding cp1252, header rows 1", 'note: Skipped 2 rows.']
    """
    lines = [f"read as {dialect_text(snapshot['dialect'])}"]
    if snapshot.get("rows_quarantined"):
        lines.append(f"quarantined: {counted(snapshot['rows_quarantined'], 'row')}")
    return lines + note_lines(snapshot["notes"])


def dialect_text(dialect: dict[str, Any]) -> str:
    """Return format, delimiter, encoding and header of a dialect, given as JSON.

    Example:
        >>> dialect_text({"format": "csv", "delimiter": "|", "header_rows": 0})
        "csv, delimiter '|', header rows 0"
    """
    shown = ("delimiter", "encoding", "header_rows", "skipped_rows", "decimal")
    quoted = {"delimiter", "decimal"}
    facts = [
        f"{key.replace('_', ' ')} {dialect[key]!r}" if key in quoted else
        f"{key.replace('_', ' ')} {dialect[key]}"
        for key in shown
        if dialect.get(key) not in {None, 0, ""} or (key == "header_rows" and dialect.get(key) == 0)
    ]  # fmt: skip
    return ", ".join([dialect["format"], *facts])


def note_lines(notes: Iterable[str]) -> list[str]:
    """Return notes as lines, the first of many, each cut; control characters are escaped."""
    listed = [*notes]
    lines = [f"note: {plain(note, _MOST_TEXT)}" for note in listed[:_MOST_NOTES]]
    if len(listed) > _MOST_NOTES:
        lines.append(f"… and {len(listed) - _MOST_NOTES} more notes")
    return lines


def left_out_lines(left_out: list[dict[str, Any]]) -> list[str]:
    """Return the lines of a file that were taken for neither header nor row, the first of many."""
    lines = [
        f"left out: line {line['line']}, {line['kind']}: {plain(line['text'], _MOST_LINE)}"
        for line in left_out[:_MOST_NOTES]
    ]
    if len(left_out) > _MOST_NOTES:
        lines.append(f"… and {len(left_out) - _MOST_NOTES} more lines")
    return lines
