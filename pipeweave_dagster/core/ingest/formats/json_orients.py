"""Recognise how pandas writes data frames as JSON, and maps of labels to records."""

import re
from typing import Any

_INTEGER = re.compile(r"-?\d+")
Found = tuple[list[Any], list[str]]


def is_integer(label: Any) -> bool:
    """Return whether a label is a whole number or its digits."""
    return isinstance(label, int) or (isinstance(label, str) and bool(_INTEGER.fullmatch(label)))


def split_orient(data: dict[str, Any]) -> Found | None:
    """Return the rows of `{"columns": [...], "index": [...], "data": [[...], ...]}`."""
    names, rows = data.get("columns"), data.get("data")
    if not isinstance(names, list) or not isinstance(rows, list) or len(data) > 5:
        return None
    if not all(isinstance(r, list) and len(r) == len(names) for r in rows):
        return None
    texts = [_label(n) for n in names]
    if len(set(texts)) != len(texts):
        texts = [f"{n}_{i + 1}" if n in texts[:i] else n for i, n in enumerate(texts)]
    records = [dict(zip(texts, row, strict=True)) for row in rows]
    index = data.get("index")
    if isinstance(index, list) and len(index) == len(records):
        return _labelled([_label(v) for v in index], records)
    return records, []


def table_orient(data: dict[str, Any]) -> Found | None:
    """Return the rows of `{"schema": {"fields": ...}, "data": [{...}]}`, without row numbers."""
    schema, rows = data.get("schema"), data.get("data")
    if not isinstance(schema, dict) or not isinstance(rows, list) or "fields" not in schema:
        return None
    if not rows or not all(isinstance(r, dict) for r in rows):
        return None
    numbered = [r.get("index") for r in rows] == list(range(len(rows)))
    if schema.get("primaryKey") == ["index"] and numbered:
        return [{k: v for k, v in r.items() if k != "index"} for r in rows], []
    return rows, []


def columns_of_lists(data: dict[str, Any]) -> Found | None:
    """Return the rows of `{"a": [1, 2], "b": [3, 4]}`: lists of one length without objects."""
    lists = [v for v in data.values() if isinstance(v, list)]
    if not lists or len(lists) < len(data) or len({len(v) for v in lists}) > 1:
        return None
    if any(isinstance(x, dict) for v in lists for x in v[:5]):
        return None
    if len(lists) == 1 and any(isinstance(x, list) for x in lists[0][:5]):
        return None
    return rows_of_lists(data), []


def rows_of_lists(columns: dict[str, list[Any]]) -> list[dict[str, Any]]:
    """Return the rows of columns that are lists of one length."""
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def labelled_records(data: dict[str, Any]) -> Found | None:
    """Return the rows of an object of objects: columns of labelled cells, or labelled records.

    `{"a": {"0": 1, "1": 2}}` is how pandas writes a table by default, `{"x": {"a": 1}}` a record
    by label. Whole numbers label rows; else cells of one column have one type.
    """
    if not data:
        return None
    if len(data) > 1 and all(map(is_integer, data)) and _all_scalars(data.values()):
        return _labelled(list(data), [{"value": v} for v in data.values()])
    if not all(isinstance(v, dict) and v for v in data.values()):
        return None
    labels: dict[str, None] = {}
    for inner in data.values():
        labels.update(dict.fromkeys(inner))
    if _outer_are_columns(data, list(labels)):
        records = [{c: v[k] for c, v in data.items() if k in v} for k in labels]
        return _labelled(list(labels), records)
    if len(data) == 1 and not is_integer(next(iter(data))):
        return None
    return _labelled(list(data), list(data.values()), "key")


def _all_scalars(values: Any) -> bool:
    return not any(isinstance(v, list | dict) for v in values)


def _outer_are_columns(data: dict[str, Any], labels: list[str]) -> bool:
    inner_numbers, outer_numbers = all(map(is_integer, labels)), all(map(is_integer, data))
    if inner_numbers != outer_numbers:
        return inner_numbers
    aligned = all(len(v) == len(labels) for v in data.values())
    if not aligned or not all(_all_scalars(v.values()) for v in data.values()):
        return False
    by_column = [_one_type(v.values()) for v in data.values()]
    by_row = [_one_type(v[k] for v in data.values()) for k in labels]
    difference = sum(by_column) / len(by_column) - sum(by_row) / len(by_row)
    return difference > 0 or (difference == 0 and len(labels) > len(data))


def _one_type(values: Any) -> bool:
    kinds = {float if isinstance(v, int) and not isinstance(v, bool) else type(v) for v in values}
    return len(kinds - {type(None)}) <= 1


def _labelled(labels: list[str], records: list[Any], name: str = "index") -> Found:
    """Return records with their labels as a first column, unless they number the rows from 0."""
    if labels == [str(i) for i in range(len(labels))]:
        return records, []
    if name == "index" and all(map(is_integer, labels)):
        return records, ["The row numbers of a pandas data frame were left out."]
    taken = {k for r in records for k in r}
    while name in taken:
        name += "_"
    return [{name: label, **record} for label, record in zip(labels, records, strict=True)], []


def _label(value: Any) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)
