"""Convert Arrow columns of any type to the storage types, and count what could not be kept."""

from collections import Counter
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.ingest.formats import arrow_texts, arrow_times
from pipeweave_dagster.core.ingest.formats.arrow_numbers import INFINITE, ArrowArray, is_wide
from pipeweave_dagster.core.ingest.formats.arrow_types import plain_array, stored_type, value_type
from pipeweave_dagster.core.ingest.formats.arrow_values import convert
from pipeweave_dagster.core.ingest.formats.pandas_periods import (
    has_text,
    period_frequency,
    period_texts,
)

_MAX_DEPTH = 5
_EMPTY = "empty"


@dataclass
class ArrowColumn:
    """A column to store: its place in the batch, name and type, and counts for its notes.

    Attributes:
        path: Index of the column in the batch, then of the fields inside structs.
        name: Its name; fields of structs have dotted names.
        source: Its Arrow type.
        frequency: The frequency of periods of pandas.
        counts: Values that could not be kept as they are, counted by what they are.
    """

    path: tuple[int, ...]
    name: str
    source: pa.DataType
    frequency: str | None = None
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def type(self) -> pa.DataType:
        """The Arrow type to store: int64, float64, bool, date, timestamp, time or text."""
        if has_text(self.frequency):
            return pa.large_string()
        return stored_type(value_type(self.source))

    @property
    def is_wide(self) -> bool:
        """Whether it holds exact numbers as text, to be narrowed once all are known."""
        return is_wide(value_type(self.source))

    @property
    def has_fractions(self) -> bool:
        """Whether it holds decimals with digits behind the mark."""
        return getattr(value_type(self.source), "scale", 0) > 0

    def convert(self, batch: pa.RecordBatch) -> ArrowArray:
        """Return the column of a batch with the type to store."""
        array = plain_array(batch.column(self.path[0]))
        for index in self.path[1:]:
            array = plain_array(array.flatten()[index])
        if self.frequency is not None and has_text(self.frequency):
            return period_texts(array, self.frequency)
        stored = convert(array, self.counts).cast(self.type)
        if pa.types.is_large_string(self.type):
            # The typed table has one kind of missing value, as files of text do.
            empty = pc.sum(pc.equal(pc.binary_length(stored), pa.scalar(0))).as_py()
            self.counts.update({_EMPTY: empty} if empty else {})
        return stored

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
        if self.frequency is not None and not has_text(self.frequency):
            notes.append(f"{self.name}: periods ({self.frequency}) are counted from 1970.")
        for reason, count in self.counts.items():
            noun, fate = _HOW_STORED[reason]
            notes.append(f"{self.name}: {counted(count, noun)} {fate}.")
        return notes


# What is counted, and how a note words it: a noun, and what became of it.
_HOW_STORED = {
    INFINITE: ("infinite value", "stored as missing"),
    arrow_times.OUT_OF_RANGE: ("date", "outside the years 1 to 9999 stored as missing"),
    arrow_times.NOT_A_TIME: ("time", "not between 00:00 and 24:00 stored as missing"),
    arrow_times.NANOSECONDS: ("time", "with nanoseconds cut to microseconds"),
    arrow_texts.NOT_UTF8: ("text", "not in UTF-8 decoded as cp1252"),
    _EMPTY: ("empty text", "stored as missing"),
    arrow_texts.HEXADECIMAL: ("binary value", "stored as hexadecimal digits (0x…)"),
}


def columns_of(schema: pa.Schema) -> list[ArrowColumn]:
    """Return the columns of a schema; structs become one column per field, with dotted names."""
    columns: list[ArrowColumn] = []
    for index, entry in enumerate(schema):
        frequency = period_frequency(entry)
        if frequency is None:
            columns += _flattened((index,), str(entry.name), entry.type)
        else:
            columns.append(ArrowColumn((index,), str(entry.name), entry.type, frequency))
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
