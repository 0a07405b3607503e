"""Convert nested Arrow values (lists, structs, maps, unions) to JSON texts."""

import datetime as dt
import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeweave_dagster.core.ingest.formats.arrow_numbers import ArrowArray

ToPlain = Callable[[ArrowArray, Counter[str]], ArrowArray]


def json_texts(array: ArrowArray, counts: Counter[str], convert: ToPlain) -> ArrowArray:
    """Return nested values as JSON texts.

    Args:
        array: The nested array.
        counts: Counts of values that could not be kept as they are.
        convert: Converts arrays that are not nested.
    """
    texts = [
        None if value is None else json.dumps(value, ensure_ascii=False, default=_json_text)
        for value in _values(array, counts, convert)
    ]
    return pa.array(texts, pa.large_string())


def _json_text(value: Any) -> str:
    return value.isoformat() if isinstance(value, dt.date | dt.time) else str(value)


def _values(array: ArrowArray, counts: Counter[str], convert: ToPlain) -> list[Any]:
    """Return an array as Python values, its leaves converted first, so that all can be read."""
    type_ = array.type
    if pa.types.is_map(type_):
        return _maps(array, counts, convert)
    if pa.types.is_struct(type_):
        names = [type_.field(i).name for i in range(type_.num_fields)]
        columns = [_values(child, counts, convert) for child in array.flatten()]
        rows = zip(*columns, strict=True) if columns else [()] * len(array)
        valid = array.is_valid().to_pylist()
        return [
            _object(zip(names, row, strict=True)) if ok else None
            for ok, row in zip(valid, rows, strict=True)
        ]
    if pa.types.is_union(type_):
        return [scalar.as_py() for scalar in array]
    if hasattr(type_, "value_field"):  # lists of any layout
        items = _values(array.flatten(), counts, convert)
        return _cut(items, pc.list_value_length(array).to_pylist())
    found: list[Any] = convert(array, counts).to_pylist()
    return found


def _cut(items: list[Any], lengths: list[int | None]) -> list[Any]:
    values: list[Any] = []
    position = 0
    for length in lengths:
        values.append(None if length is None else items[position : position + length])
        position += length or 0
    return values


def _maps(array: ArrowArray, counts: Counter[str], convert: ToPlain) -> list[Any]:
    offsets = array.offsets.to_pylist()
    first, last = offsets[0], offsets[-1]
    keys = _values(array.keys[first:last], counts, convert)
    items = _values(array.items[first:last], counts, convert)
    pairs = list(zip(keys, items, strict=True))
    return [
        _object(pairs[start - first : end - first]) if ok else None
        for ok, start, end in zip(array.is_valid().to_pylist(), offsets, offsets[1:], strict=False)
    ]


def _object(pairs: Any) -> Any:
    """Return pairs as a JSON object, or as a list of pairs if keys repeat."""
    pairs = [(key if isinstance(key, str) else _json_text(key), value) for key, value in pairs]
    found = dict(pairs)
    return found if len(found) == len(pairs) else [list(pair) for pair in pairs]
