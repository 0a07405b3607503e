"""Find records inside the objects that wrap them: pages of results, responses, metadata."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from pipeweave_dagster.core.ingest.formats.json_lists import feature, is_table, with_header
from pipeweave_dagster.core.ingest.formats.json_named_rows import (
    NAME_KEYS,
    column_names,
    named_rows,
    with_names,
)
from pipeweave_dagster.core.ingest.formats.json_orients import labelled_records

_MAX_DEPTH = 4


@dataclass
class Records:
    """The records of a document: objects, lists of cells, or values.

    Attributes:
        rows: The records.
        notes: How they were found, and what lies beside them.
        doubt: What is doubtful about it.
        owners: Where rows were taken out of lists in records, the record of each (from 0).
    """

    rows: list[Any]
    notes: list[str] = field(default_factory=list)
    doubt: str | None = None
    owners: list[int] | None = None


def in_envelope(data: dict[str, Any]) -> Records | None:
    """Return the largest list of records inside nested objects, with a note on the rest."""
    tables: list[tuple[str, list[Any]]] = []
    others: list[str] = []
    names: list[list[Any]] = []
    _collect(data, "", 1, tables, others, names)
    if not tables:
        return map_in_envelope(data)
    path, rows = max(tables, key=lambda t: len(t[1]))
    left = [p for p, _ in tables if p != path] + others
    if isinstance(rows[0], list):
        header = _names_of_width(names, rows)
        rows = with_names(rows, header) if header else with_header(rows)
    return Records([feature(v) for v in rows], [_envelope_note(path, left)])


def map_in_envelope(data: dict[str, Any]) -> Records | None:
    """Return the records of the only map of labels to records in an object."""
    maps = [
        (key, value)
        for key, value in data.items()
        if isinstance(value, dict) and len(value) > 1 and _all_objects(value.values())
    ]
    inner = labelled_records(maps[0][1]) if len(maps) == 1 and len(data) > 1 else None
    if inner is None:
        return None
    left = [key for key in data if key != maps[0][0]]
    return Records(inner[0], [_envelope_note(maps[0][0], left), *inner[1]])


def _all_objects(values: Any) -> bool:
    return all(isinstance(value, dict) and value for value in values)


def _collect(
    data: dict[str, Any],
    prefix: str,
    depth: int,
    tables: list[tuple[str, list[Any]]],
    others: list[str],
    names: list[list[Any]],
) -> None:
    """Collect the lists of records in nested objects, other keys, and lists of column names."""
    named = named_rows(data)
    for key, value in data.items():
        path = f"{prefix}{key}"
        if isinstance(value, list) and key != named and key.casefold() in NAME_KEYS:
            names.append(value)
            others.append(path)
        elif key == named or is_table(value):
            tables.append((path, value))
        elif isinstance(value, dict) and value and depth < _MAX_DEPTH:
            _collect(value, f"{path}.", depth + 1, tables, others, names)
        else:
            others.append(path)


def _envelope_note(path: str, left: list[str]) -> str:
    return f"The rows are the records in {path[:120]!r}.{not_read(left)}"


def not_read(paths: list[str]) -> str:
    """Return the sentence on what a document holds beside the rows; empty without any."""
    beside = ", ".join(repr(path[:60]) for path in paths[:8])
    more = f" and {len(paths) - 8} more" if len(paths) > 8 else ""
    return f" Beside the rows there is also: {beside}{more}." if paths else ""


def _names_of_width(lists: list[list[Any]], rows: list[Any]) -> list[str] | None:
    """Return the column names (texts, or objects with a name) that are as many as most cells."""
    found = {len(names): names for names in map(column_names, reversed(lists)) if names}
    widths = Counter(len(row) for row in rows if isinstance(row, list))
    return found.get(widths.most_common(1)[0][0])
