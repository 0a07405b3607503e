"""Lists of pairs at the same places: `{"prices": [[t, v], ...], "volumes": [[t, v], ...]}`."""

from itertools import islice
from typing import Any

from pipeweave_dagster.core.ingest.formats.json_envelopes import not_read
from pipeweave_dagster.core.ingest.formats.json_inner_lists import is_time

_LEAST_LISTS, _LEAST_ROWS = 2, 3
_MOST_DEPTH = 4
_LOOKED_AT = 20


def paired_lists(
    data: dict[str, Any], prefix: str = "", outer: tuple[str, ...] = ()
) -> tuple[list[Any], list[str]] | None:
    """Return the rows of lists of pairs that share their first halves, with notes.

    Args:
        data: The document, or an object in it.
        prefix: The keys above it, each with a dot.
        outer: The paths beside it.

    Example:
        >>> prices = [[1704067200, 5.5], [1704070800, 5.7], [1704074400, 5.6]]
        >>> volumes = [[1704067200, 10], [1704070800, 12], [1704074400, 9]]
        >>> paired_lists({"prices": prices, "volumes": volumes})[0][0]
        {'time': 1704067200, 'prices': 5.5, 'volumes': 10}
    """
    lists = {key: value for key, value in data.items() if _are_pairs(value)}
    others = [*outer, *(f"{prefix}{key}" for key in data if key not in lists)]
    if len(lists) >= _LEAST_LISTS and not any(
        map(_may_be_rows, map(data.get, data.keys() - lists))
    ):
        return _joined(lists, others)
    if lists or prefix.count(".") >= _MOST_DEPTH or any(map(_may_be_rows, data.values())):
        return None
    inner = [key for key, value in data.items() if isinstance(value, dict)]
    if len(inner) != 1:
        return None
    path = f"{prefix}{inner[0]}"
    return paired_lists(data[inner[0]], f"{path}.", tuple(o for o in others if o != path))


def _joined(lists: dict[str, list[Any]], others: list[str]) -> tuple[list[Any], list[str]] | None:
    first, *rest = ([pair[0] for pair in pairs] for pairs in lists.values())
    if any(places != first for places in rest) or len(set(first)) < len(first):
        return None
    name = "time" if all(map(is_time, first)) else "x"
    while name in lists:
        name += "_"
    columns = [first, *([pair[1] for pair in pairs] for pairs in lists.values())]
    rows = [dict(zip([name, *lists], row, strict=True)) for row in zip(*columns, strict=True)]
    note = (
        f"The rows are the pairs of {len(lists)} lists, with their equal first halves as {name!r}."
    )
    return rows, [f"{note}{not_read(others)}"]


def _are_pairs(value: Any) -> bool:
    if not isinstance(value, list) or len(value) < _LEAST_ROWS:
        return False
    return all(isinstance(p, list) and len(p) == 2 and not _holds_more(p) for p in value)


def _holds_more(pair: list[Any]) -> bool:
    return pair[0] is None or any(isinstance(cell, list | dict) for cell in pair)


def _may_be_rows(value: Any) -> bool:
    return isinstance(value, list) and any(
        isinstance(v, list | dict) for v in islice(value, _LOOKED_AT)
    )
