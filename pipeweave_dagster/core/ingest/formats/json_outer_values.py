"""The values of a record around a list of rows, which each of the rows repeats."""

from typing import Any


def values_around(
    record: dict[str, Any], skipped: set[str], left: dict[str, None], prefix: str = ""
) -> dict[str, Any]:
    """Return the single values of a record by path; paths of lists are added to `left`."""
    values: dict[str, Any] = {}
    for key, value in record.items():
        path = f"{prefix}{key}"
        if isinstance(value, dict) and value:
            values |= values_around(value, skipped, left, f"{path}.")
        elif isinstance(value, list | dict):
            left |= {} if path in skipped or not value else {path: None}
        else:
            values[path] = value
    return values


def free_names(around: list[dict[str, Any]], rows: list[Any]) -> dict[str, str]:
    """Return the names of the values around rows; those of the rows themselves get `around.`."""
    taken = {key for row in rows for key in row}
    names = {}
    for name in dict.fromkeys(name for values in around for name in values):
        free = name
        while free in taken:
            free = f"around.{free}"
        taken.add(free)
        names[name] = free
    return names
