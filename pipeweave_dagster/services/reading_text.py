"""How a file was read, as lines of text."""

import json
from collections.abc import Iterable
from typing import Any

from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.documents import (
    BLOCK_FIELDS,
    LOG_FIELDS,
    METRIC_FIELDS,
    SPARSE_FIELDS,
)
from pipeweave_dagster.core.safe_text import plain

_MOST_NOTES, _MOST_NAMES = 20, 12
_MOST_TEXT, _MOST_LINE = 300, 100
_WITHOUT_DELIMITER = {
    LOG_FIELDS: "log",
    BLOCK_FIELDS: "records of several lines",
    METRIC_FIELDS: "metrics",
    SPARSE_FIELDS: "sparse rows",
}


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
        >>> dialect_text({"format": "csv", "header_rows": 4, "described_rows": 3})
        'csv, header rows 1 (3 lines below describe the columns)'
        >>> dialect_text({"format": "csv", "delimiter": "fields of a log", "encoding": "ascii"})
        'log, encoding ascii'
    """
    named = _WITHOUT_DELIMITER.get(dialect.get("delimiter") or "")
    if named:
        dialect = {**dialect, "format": named, "delimiter": None, "header_rows": None}
    shown = ("delimiter", "encoding", "header_rows", "skipped_rows", "decimal")
    quoted = {"delimiter", "decimal"}
    described = dialect.get("described_rows") or 0
    values = dict(dialect)
    if described:
        lines = "line below describes" if described == 1 else "lines below describe"
        names = dialect["header_rows"] - described
        values["header_rows"] = f"{names} ({described} {lines} the columns)"
    facts = [
        f"{key.replace('_', ' ')} {values[key]!r}" if key in quoted else
        f"{key.replace('_', ' ')} {values[key]}"
        for key in shown
        if values.get(key) not in {None, 0, ""} or (key == "header_rows" and values.get(key) == 0)
    ]  # fmt: skip
    return ", ".join([dialect["format"], *facts])


def note_lines(notes: Iterable[str]) -> list[str]:
    """Return notes as lines, equal ones of several columns as one, the first of many, each cut."""
    listed = joined_notes(notes)
    lines = [f"note: {plain(note, _MOST_TEXT)}" for note in listed[:_MOST_NOTES]]
    if len(listed) > _MOST_NOTES:
        lines.append(f"… and {counted(len(listed) - _MOST_NOTES, 'more note')}")
    return lines


def joined_notes(notes: Iterable[str]) -> list[str]:
    """Return notes with equal ones of several columns as one note that lists the columns.

    Example:
        >>> joined_notes(["a: Months are dates.", "b: Months are dates.", "Skipped 1 row."])
        ['a, b: Months are dates.', 'Skipped 1 row.']
    """
    alike: dict[str, list[str]] = {}
    for note in notes:
        alike.setdefault(_without_name(note), []).append(note)
    return [found[0] if len(found) == 1 else _joined(text, found) for text, found in alike.items()]


def _without_name(note: str) -> str:
    """Return a note on a column without its name, one on the file as it is."""
    name, colon, text = note.partition(": ")
    for form in (name, json.dumps(name, ensure_ascii=False)):
        text = text.replace(f"{{{form}: ", "{NAME: ")
    return text if colon else note


def _joined(text: str, notes: list[str]) -> str:
    names = [*dict.fromkeys(note.partition(": ")[0] for note in notes)]
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    own = ": " in notes[0]
    return f"{', '.join(names[:_MOST_NAMES])}{more}: {text}" if own else text


def left_out_lines(left_out: list[dict[str, Any]]) -> list[str]:
    """Return the lines of a file that were taken for neither header nor row, the first of many."""
    lines = [
        f"left out: line {line['line']}, {line['kind']}: {plain(line['text'], _MOST_LINE)}"
        for line in left_out[:_MOST_NOTES]
    ]
    if len(left_out) > _MOST_NOTES:
        lines.append(f"… and {counted(len(left_out) - _MOST_NOTES, 'more line')}")
    return lines
