"""Columns that are lists of one length inside an object: `{"hourly": {"time": [...], "t": [...]}}`.

Services for weather, prices and measurements write series that way, beside units and places.
"""

from collections import defaultdict
from dataclasses import dataclass
from itertools import islice
from typing import Any

from pipeweave_dagster.core.ingest.formats.json_envelopes import Records, not_read
from pipeweave_dagster.core.ingest.formats.json_orients import rows_of_lists

_MOST_DEPTH = 6
_LEAST_LISTS, _LEAST_ROWS = 2, 2
_LOOKED_AT = 20


@dataclass(frozen=True)
class _Lists:
    """Lists of one length in the object at a path."""

    path: str
    columns: dict[str, list[Any]]

    @property
    def rows(self) -> int:
        return len(next(iter(self.columns.values())))


def columns_in_object(data: dict[str, Any]) -> Records | None:
    """Return the rows of the longest lists of one length in an object or the objects in it.

    A list as long as these in an object around them, as the times of prices, belongs to them.

    Returns:
        The rows, with a note on what else the document holds; None unless an object has at least
        two lists of single values that are as long.

    Example:
        >>> found = columns_in_object({"place": "Ulm", "hourly": {"hour": [1, 2], "t": [5.1, 4.9]}})
        >>> found.rows
        [{'hour': 1, 't': 5.1}, {'hour': 2, 't': 4.9}]
        >>> found.notes[0]
        "The rows are the values of 2 lists in 'hourly'. Beside the rows there is also: 'place'."
    """
    groups: list[_Lists] = []
    others: list[str] = []
    _collect(data, "", 1, groups, others)
    several = [group for group in groups if len(group.columns) >= _LEAST_LISTS]
    if not several:
        return None
    best = max(several, key=lambda lists: (lists.rows, len(lists.columns)))
    around = [g for g in groups if g is not best and _is_around(g, best)]
    around += _beside(groups, best, around)
    columns = {name: values for group in (*around, best) for name, values in group.columns.items()}
    rest = [group for group in groups if group is not best and group not in around]
    left = others + [f"{group.path}{name}" for group in rest for name in group.columns]
    place = f" in {best.path[:-1][:120]!r}" if best.path else ""
    note = f"The rows are the values of {len(columns)} lists{place}.{not_read(left)}"
    return Records(rows_of_lists(columns), [note])


def tables_of_lists(data: dict[str, Any]) -> tuple[list[Any], list[str]] | None:
    """Return the rows of an object of tables that are written as lists, with notes.

    Tables of the same columns, as prices by symbol, are put below each other with their key as a
    column; of others the longest is read.

    Example:
        >>> prices = {"A": {"t": [1, 2], "p": [5, 6]}, "B": {"t": [1, 3], "p": [7, 8]}}
        >>> tables_of_lists(prices)[0][2]
        {'key': 'B', 't': 1, 'p': 7}
    """
    if len(data) < _LEAST_LISTS or not all(map(_is_table, data.values())):
        return None
    names = {frozenset(table) for table in data.values()}
    if len(names) > 1:
        found = columns_in_object(data)
        return None if found is None else (found.rows, found.notes)
    key = "key"
    while key in next(iter(names)):
        key += "_"
    return [{key: label, **row} for label, table in data.items() for row in rows_of_lists(table)], [
        f"The rows are the values of the lists in {len(data):,} objects, one after the other."
    ]


def _is_table(value: Any) -> bool:
    """Return whether a value is an object of at least two lists of one length."""
    if not isinstance(value, dict) or len(value) < _LEAST_LISTS:
        return False
    columns = [*value.values()]
    return all(map(_is_column, columns)) and len({*map(len, columns)}) == 1


def _is_around(group: _Lists, inner: _Lists) -> bool:
    within = inner.path.startswith(group.path) and group.path != inner.path
    return within and group.rows == inner.rows and not {*group.columns} & {*inner.columns}


def _beside(groups: list[_Lists], best: _Lists, around: list[_Lists]) -> list[_Lists]:
    """Return the lists that a list around the rows, as their times, ties to them as well."""
    names = {name for group in (best, *around) for name in group.columns}
    found: list[_Lists] = []
    for group in groups:
        tied = any(_is_around(times, group) for times in around)
        if group is not best and group not in around and tied and not names & {*group.columns}:
            names |= {*group.columns}
            found.append(group)
    return found


def _collect(
    data: dict[str, Any], prefix: str, depth: int, groups: list[_Lists], others: list[str]
) -> None:
    """Collect the lists of one length in an object and the objects in it, and all other paths."""
    by_length: dict[int, dict[str, list[Any]]] = defaultdict(dict)
    for key, value in data.items():
        inner = _only(value)
        if _is_column(value):
            by_length[len(value)][key] = value
        elif isinstance(inner, dict) and inner and depth < _MOST_DEPTH:
            _collect(inner, f"{prefix}{key}.", depth + 1, groups, others)
        else:
            others.append(f"{prefix}{key}")
    groups += [_Lists(prefix, columns) for columns in by_length.values()]


def _only(value: Any) -> Any:
    """Return the only element of a list, as some services wrap each part; else the value."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _is_column(value: Any) -> bool:
    if not isinstance(value, list) or len(value) < _LEAST_ROWS:
        return False
    return not any(isinstance(cell, dict | list) for cell in islice(value, _LOOKED_AT))
