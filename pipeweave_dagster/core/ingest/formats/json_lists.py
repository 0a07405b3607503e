"""Lists of records in JSON: objects, GeoJSON features, or lists of cells with a header."""

from itertools import islice
from typing import Any

from pipeweave_dagster.core.ingest.formats.json_orients import is_integer

_LOOKED_AT = 20


def is_table(value: Any) -> bool:
    """Return whether a value is a list of objects, or of lists with cells."""
    if not isinstance(value, list) or not value:
        return False
    head = list(islice(value, _LOOKED_AT))
    if all(isinstance(v, dict) for v in head):
        return True
    rows = all(isinstance(v, list) and v for v in head) and len(value) > 1
    return rows and not any(isinstance(c, list | dict) for v in head for c in v)


def with_header(rows: list[list[Any]]) -> list[Any]:
    """Return rows as objects if the first one names the columns."""
    first, body = rows[0], rows[1:]
    names = all(isinstance(c, str) and c.strip() for c in first) and len(set(first)) == len(first)
    if not names or not body or any(is_integer(c) for c in first):
        return rows
    typed = any(c is not None and not isinstance(c, str) for r in body[:_LOOKED_AT] for c in r)
    numbers = any(isinstance(c, str) and is_integer(c) for r in body[:_LOOKED_AT] for c in r)
    recurs = any(c == r[j] for r in body for j, c in enumerate(first) if j < len(r))
    if not typed and not numbers and recurs:
        return rows
    width = max(map(len, rows))
    header = [*first, *(f"column_{j + 1}" for j in range(len(first), width))]
    return [dict(zip(header, row, strict=False)) for row in body]


def joined_pages(lists: list[Any]) -> list[Any] | None:
    """Return the objects of several lists, as of the pages of an API; None if they are cells.

    Example:
        >>> joined_pages([[{"id": 1}, {"id": 2}], [{"id": 3}]])
        [{'id': 1}, {'id': 2}, {'id': 3}]
    """
    if len(lists) < 2 or not all(isinstance(page, list) for page in lists):
        return None
    objects = [value for page in lists for value in page]
    if not objects or not all(isinstance(value, dict) for value in objects):
        return None
    # Cells that are objects have keys of their own in each column.
    return objects if set.intersection(*(set(value) for value in objects)) else None


def pages_note(lists: list[Any]) -> str:
    """Return the note on lists that were joined."""
    return f"The rows are the objects of {len(lists):,} lists, one after the other."


def feature(value: Any) -> Any:
    """Return a GeoJSON feature as a record: its properties beside its geometry."""
    if not isinstance(value, dict) or value.get("type") != "Feature":
        return value
    properties = value.get("properties")
    if not isinstance(properties, dict) or "geometry" not in value:
        return value
    record = dict(properties)
    for key, member in value.items():
        if key not in {"type", "properties"}:
            record[f"feature.{key}" if key in properties else key] = member
    return record
