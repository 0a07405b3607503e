"""Convert an Arrow array of any type to the type to store."""

from collections import Counter

import pyarrow as pa

from pipeweave_dagster.core.ingest.formats import arrow_nested, arrow_texts, arrow_times
from pipeweave_dagster.core.ingest.formats.arrow_numbers import ArrowArray, convert_number
from pipeweave_dagster.core.ingest.formats.arrow_types import plain_array


def convert(array: ArrowArray, counts: Counter[str]) -> ArrowArray:
    """Return an array of any type with the type to store, and count what is not kept."""
    array = plain_array(array)
    type_ = array.type
    for applies, converter in _CONVERTERS:
        if any(test(type_) for test in applies):
            return converter(array, counts)
    if pa.types.is_boolean(type_):
        return array
    if pa.types.is_null(type_):
        return pa.nulls(len(array), pa.string())
    if pa.types.is_interval(type_):
        return pa.array([None if v is None else _interval(v) for v in array.to_pylist()])
    return arrow_nested.json_texts(array, counts, convert)


def _interval(value: tuple[int, int, int]) -> str:
    """Return an interval as an ISO 8601 duration."""
    months, days, nanoseconds = value
    seconds, fraction = divmod(abs(nanoseconds), 10**9)
    sign = "-" if nanoseconds < 0 else ""
    return f"P{months}M{days}DT{sign}{seconds}.{fraction:09d}S"


_TYPES = pa.types
_CONVERTERS = (
    ((_TYPES.is_integer, _TYPES.is_floating, _TYPES.is_decimal), convert_number),
    ((_TYPES.is_timestamp,), arrow_times.convert_timestamp),
    ((_TYPES.is_date,), arrow_times.convert_date),
    ((_TYPES.is_time,), arrow_times.convert_time),
    ((_TYPES.is_duration,), arrow_times.convert_duration),
    ((_TYPES.is_string, _TYPES.is_large_string, _TYPES.is_string_view), arrow_texts.convert_text),
    (
        (
            _TYPES.is_binary,
            _TYPES.is_large_binary,
            _TYPES.is_fixed_size_binary,
            _TYPES.is_binary_view,
        ),
        arrow_texts.convert_binary,
    ),
)
