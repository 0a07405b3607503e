"""Lists of rows in records, and their rows with the values around them."""

import re
from collections import Counter
from itertools import islice
from typing import Any

from pipeweave_dagster.core.ingest.formats.json_lists import is_table
from pipeweave_dagster.core.ingest.formats.json_named_rows import (
    NAME_KEYS,
    column_names,
    named_rows,
    with_names,
)
from pipeweave_dagster.core.ingest.formats.json_outer_values import free_names, values_around

_MOST_DEPTH = 4
_LOOKED_AT = 20
_LEAST_KEYS = 2
_SHARE_WITH_LIST = 0.8
_MOST_REPEATED, _PER_CELL = 1 << 30, 32
"""Bytes that the repeated values may take: a small file could become a table of any size."""
_EPOCH = range(10**8, 10**14)
_DATE = re.compile(r"\d{4}-\d\d(?:-\d\d|$)")


def inner_lists(records: list[Any]) -> list[str]:
    """Return the paths of lists of rows that nearly all of the first records hold.

    Rows are objects with two keys or more, cells whose names a list beside them gives, or cells of
    which one is a time; other lists of lists are points of a line or a matrix.

    Example:
        >>> inner_lists([{"id": 1, "got": {"rows": [{"a": 1, "b": 2}], "tags": ["x"]}}])
        ['got.rows']
    """
    head = records[:_LOOKED_AT]
    if not head or not all(isinstance(record, dict) for record in head):
        return []
    paths = [_paths(record, "", 1) for record in head]
    counts = Counter(path for found in paths for path in found)
    filled = {path for found in paths for path, is_filled in found.items() if is_filled}
    least = _SHARE_WITH_LIST * len(head)
    return [path for path, count in counts.items() if count >= least and path in filled]


def inner_rows(
    records: list[Any], path: str
) -> tuple[list[Any], list[int], list[str], list[str]] | None:
    """Return the rows of the lists at a path: rows, record of each, names around, what is left.

    None if they are no rows in some of the records, or share no key.
    """
    rows: list[Any] = []
    owners: list[int] = []
    around: list[dict[str, Any]] = []
    left: dict[str, None] = {}
    for number, record in enumerate(records):
        holder, key = _holder(record, path)
        value = holder.get(key) if holder is not None else None
        if value and not (
            isinstance(value, list) and all(isinstance(v, dict | list) for v in value)
        ):
            return None
        names = _names_beside(holder, key) if holder is not None else None
        found = with_names(value, names[1]) if value and names else value or []
        rows += [_as_object(row) for row in found]
        owners += [number] * len(found)
        skipped = {path} | ({path[: -len(key)] + names[0]} if names else set())
        around.append(values_around(record, skipped, left) if isinstance(record, dict) else {})
    if not rows or not _alike(rows):
        return None
    if _repeated_bytes(around, owners) > _MOST_REPEATED:
        left |= dict.fromkeys(name for values in around for name in values)
        around = [{} for _ in around]
    renamed = free_names(around, rows)
    values = [{renamed[name]: v for name, v in found.items()} for found in around]
    rows = [values[owner] | row for owner, row in zip(owners, rows, strict=True)]
    return rows, owners, [*renamed.values()], [*left]


def _repeated_bytes(around: list[dict[str, Any]], owners: list[int]) -> int:
    """Return about how many bytes the values around rows take if each row repeats them."""
    sizes = [
        sum(_PER_CELL + (len(value) if isinstance(value, str) else 0) for value in values.values())
        for values in around
    ]
    return sum(sizes[owner] for owner in owners)


def _paths(record: dict[str, Any], prefix: str, depth: int) -> dict[str, bool]:
    """Return the paths of empty lists and lists of rows, and whether each has rows."""
    paths: dict[str, bool] = {}
    for key, value in record.items():
        if isinstance(value, dict) and depth < _MOST_DEPTH:
            paths |= _paths(value, f"{prefix}{key}.", depth + 1)
        elif value == [] or _is_rows(value) or (_is_cells(value) and _names_beside(record, key)):
            paths[f"{prefix}{key}"] = bool(value)
    return paths


def _is_rows(value: Any) -> bool:
    """Return whether a value is a list of objects with keys enough, or of cells with a time."""
    if not is_table(value):
        return False
    head = list(islice(value, _LOOKED_AT))
    if isinstance(head[0], dict):
        return all(len(row) >= _LEAST_KEYS or _wraps(row) for row in head)
    columns = list(zip(*head, strict=False))
    return any(all(map(is_time, column)) and len({*column}) == len(head) for column in columns)


def _wraps(row: dict[str, Any]) -> bool:
    return any(isinstance(value, list) for value in row.values())


def _is_cells(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], list)


def is_time(cell: Any) -> bool:
    """Return whether a cell may be a time: seconds or more since 1970, or an ISO date."""
    if isinstance(cell, str):
        return bool(_DATE.match(cell))
    is_number = isinstance(cell, int | float) and not isinstance(cell, bool)
    return is_number and _EPOCH.start <= cell < _EPOCH.stop  # False for NaN, too


def _names_beside(holder: dict[str, Any], key: str) -> tuple[str, list[str]] | None:
    """Return the key and the names in the list that names the cells of the rows at a key."""
    if named_rows(holder) != key:
        return None
    found = [(k, column_names(v)) for k, v in holder.items() if k.casefold() in NAME_KEYS]
    return next(((k, names) for k, names in found if names), None)


def _holder(record: Any, path: str) -> tuple[dict[str, Any] | None, str]:
    """Return the object that has the last key of a path, and that key, which may have dots."""
    if not isinstance(record, dict):
        return None, path
    if path in record:
        return record, path
    for key, value in record.items():
        if isinstance(value, dict) and path.startswith(f"{key}."):
            holder, last = _holder(value, path[len(key) + 1 :])
            if holder is not None:
                return holder, last
    return None, path


def _as_object(row: Any) -> Any:
    return {f"column_{i + 1}": v for i, v in enumerate(row)} if isinstance(row, list) else row


def _alike(rows: list[Any]) -> bool:
    """Return whether rows have about the same keys, as those of one table have."""
    counts = Counter(key for row in rows for key in row)
    return sum(counts.values()) >= len(rows) * len(counts) / 2
