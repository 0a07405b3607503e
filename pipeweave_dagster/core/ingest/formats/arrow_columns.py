"""Convert Arrow columns of any type to the storage types, and count what could not be kept."""

from collections import Counter
from dataclasses import dataclass, field

import pyarrow as pa

from pipeweave_dagster.core.ingest.base.counted import counted
from pipeweave_dagster.core.ingest.formats import arrow_nested, arrow_texts, arrow_times
from pipeweave_dagster.core.ingest.formats.arrow_numbers import (
    INFINITE,
    ArrowArray,
    convert_number,
    is_wide,
)
from pipeweave_dagster.core.ingest.formats.arrow_types import (
    plain_array,
    stored_type,
    value_type,
)

_MAX_DEPTH = 5


@dataclass
class ArrowColumn:
    """A column to store: its place in the batch, name and type, and counts for its notes.

    Attributes:
        path: Index of the column in the batch, then of the fields inside structs.
        name: Its name; fields of structs have dotted names.
        source: Its Arrow type.
        counts: Values that could not be kept as they are, counted by what they are.
    """

    path: tuple[int, ...]
    name: str
    source: pa.DataType
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def type(self) -> pa.DataType:
        """The Arrow type to store: int64, float64, bool, date, timestamp, time or text."""
        return stored_type(value_type(self.source))

    @property
    def is_wide(self) -> bool:
        """Whether it holds exact numbers as text, to be narrowed once all are known."""
        return is_wide(value_type(self.source))

    def convert(self, batch: pa.RecordBatch) -> ArrowArray:
        """Return the column of a batch with the type to store."""
        array = plain_array(batch.column(self.path[0]))
        for index in self.path[1:]:
            array = plain_array(array.flatten()[index])
        return convert(array, self.counts).cast(self.type)

    def notes(self) -> list[str]:
        """Return the notes on the column, after all its batches were converted."""
        notes = []
        source = value_type(self.source)
        zone = getattr(source, "tz", None)
        if zone:
            moved = "" if zone == "UTC" else f" (the file shows them in {zone})"
            notes.append(f"{self.name}: times are stored in UTC{moved}.")
        if pa.types.is_duration(source):
            notes.append(f"{self.name}: durations are stored in seconds.")
        for reason, count in self.counts.items():
            noun, fate = _HOW_STORED[reason]
            notes.append(f"{self.name}: {counted(count, noun)} {fate}.")
        return notes


# What is counted, and what is said of it: a noun and what became of it.
_HOW_STORED = {
    INFINITE: ("infinite value", "stored as missing"),
    arrow_times.OUT_OF_RANGE: ("date", "outside the years 1 to 9999 stored as missing"),
    arrow_times.NOT_A_TIME: ("time", "not between 00:00 and 24:00 stored as missing"),
    arrow_times.NANOSECONDS: ("time", "with nanoseconds cut to microseconds"),
    arrow_texts.NOT_UTF8: ("text", "not in UTF-8 decoded as cp1252"),
    arrow_texts.HEXADECIMAL: ("binary value", "stored as hexadecimal digits (0x…)"),
}


def columns_of(schema: pa.Schema) -> list[ArrowColumn]:
    """Return the columns of a schema; structs become one column per field, with dotted names."""
    columns: list[ArrowColumn] = []
    for index, entry in enumerate(schema):
        columns += _flattened((index,), str(entry.name), entry.type)
    return columns


def _flattened(path: tuple[int, ...], name: str, type_: pa.DataType) -> list[ArrowColumn]:
    inner = value_type(type_)
    if not pa.types.is_struct(inner) or not inner.num_fields or len(path) >= _MAX_DEPTH:
        return [ArrowColumn(path, name, type_)]
    columns = []
    for index in range(inner.num_fields):
        child = inner.field(index)
        columns += _flattened((*path, index), f"{name}.{child.name}", child.type)
    return columns


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
