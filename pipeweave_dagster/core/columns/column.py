"""One column as integer codes over its sorted distinct values."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeweave_dagster.core.documents import ColumnDeduction, StorageType

Codes = NDArray[np.int32]
Counts = NDArray[np.int64]
Floats = NDArray[np.float64]

ORDERED: frozenset[StorageType] = frozenset({"integer", "number", "date", "datetime", "time"})


@dataclass(frozen=True)
class Column:
    """A column of n rows with k distinct values.

    Attributes:
        info: What the schema says of it.
        codes: Shape (n,): the place of each row's value among the distinct values, -1 if missing.
        counts: Shape (k,): rows of each distinct value.
        numbers: Shape (k,), ascending: the distinct values as numbers (dates and times as seconds
            since 1970 or midnight); None for text.
        text: Gives the distinct values as strings; not called unless they are shown.
    """

    info: ColumnDeduction
    codes: Codes
    counts: Counts
    numbers: Floats | None
    text: Callable[[], list[str]] = field(repr=False)

    @property
    def name(self) -> str:
        """Name of the column, unique in its table."""
        return self.info.name

    @property
    def distinct(self) -> int:
        """Number of distinct values (missing not counted)."""
        return len(self.counts)

    @property
    def rows(self) -> int:
        """Number of rows, missing ones included."""
        return len(self.codes)

    @property
    def ordered(self) -> bool:
        """Whether greater and smaller mean something (numbers, dates, times)."""
        return self.numbers is not None and self.info.storage in ORDERED

    @cached_property
    def present(self) -> int:
        """Rows with a value."""
        return int(self.counts.sum())

    @property
    def missing(self) -> int:
        """Rows without a value."""
        return self.rows - self.present

    @cached_property
    def labels(self) -> list[str]:
        """The distinct values as text, in the order of the codes."""
        return self.text()

    def values(self) -> Floats:
        """Shape (n,): the numbers row by row, NaN where missing (TypeError for text)."""
        if self.numbers is None:
            raise TypeError(self.name)
        return np.append(self.numbers, np.nan)[self.codes]


def coded(info: ColumnDeduction, raw: Any) -> Column:
    """Code one Arrow column (a chunked array) of any type that a snapshot may hold."""
    import pyarrow as pa

    kind = raw.type
    if pa.types.is_dictionary(kind) or pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return _coded_text(info, raw)
    return _coded_numbers(info, raw)


def _coded_text(info: ColumnDeduction, raw: Any) -> Column:
    import pyarrow as pa
    import pyarrow.compute as pc

    if not pa.types.is_dictionary(raw.type):
        raw = pc.dictionary_encode(raw)
    whole = raw.unify_dictionaries().combine_chunks()
    if isinstance(whole, pa.ChunkedArray):
        whole = whole.chunk(0) if whole.num_chunks else pa.array([], raw.type)
    order = _bits(pc.sort_indices(whole.dictionary)).astype(np.int64)
    place = np.empty(len(order) + 1, np.int32)
    place[order] = np.arange(len(order), dtype=np.int32)
    place[-1] = -1
    missing = _bits(pc.is_null(whole.indices).cast(pa.int8())).astype(bool)
    places = np.where(missing, len(order), _bits(whole.indices.cast(pa.int32())))
    codes = place[places]
    counts = np.bincount(codes[codes >= 0], minlength=len(order)).astype(np.int64)
    keep = counts > 0  # a stored dictionary may hold values that no row uses
    if not keep.all():
        place = np.append(np.where(keep, np.cumsum(keep) - 1, -1), -1).astype(np.int32)
        codes, counts, order = place[codes], counts[keep], order[keep]
    dictionary = whole.dictionary

    def text() -> list[str]:
        taken = dictionary.take(_arrow(order))
        return [str(value) for value in taken.to_pylist()]

    return Column(info, codes, counts, None, text)


def _coded_numbers(info: ColumnDeduction, raw: Any) -> Column:
    import pyarrow as pa

    values, missing = _plain(raw)
    known = values[~missing]
    distinct, inverse, counts = _unique(known)
    codes = np.full(len(values), -1, np.int32)
    codes[~missing] = inverse
    kind = raw.type  # `text` lives as long as the column, and must not keep its raw values alive
    numbers = _scaled(distinct, kind)

    def text() -> list[str]:
        if len(distinct) == 0:
            return []
        if pa.types.is_boolean(kind):
            return ["true" if value else "false" for value in distinct]
        if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
            return [f"{value:.6g}" for value in distinct.tolist()]
        if pa.types.is_integer(kind):
            return [str(value) for value in distinct.tolist()]
        bits = _arrow(distinct.astype(_width(kind)))
        return [str(value) for value in bits.cast(kind).to_pylist()]

    return Column(info, codes, counts.astype(np.int64), numbers, text)


def _unique(known: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """`np.unique` with inverse and counts, by counting where whole numbers lie close together."""
    if known.dtype.kind == "i" and len(known):
        low, high = int(known.min()), int(known.max())
        if high - low < max(1_000, 2 * len(known)):
            shifted = known - low
            counts = np.bincount(shifted)
            used = np.flatnonzero(counts)
            place = np.empty(len(counts), np.int32)
            place[used] = np.arange(len(used), dtype=np.int32)
            return used + low, place[shifted], counts[used]
    return np.unique(known, return_inverse=True, return_counts=True)


def _plain(raw: Any) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """The stored bits as int64 or float64, and which rows are missing (null or NaN)."""
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = raw.type
    if pa.types.is_null(kind) or pa.types.is_boolean(kind):
        raw = raw.cast(pa.int8())
    elif pa.types.is_decimal(kind):
        raw = raw.cast(pa.float64())
    elif pa.types.is_temporal(kind):
        raw = raw.cast(pa.int32() if _width(kind) == "int32" else pa.int64())
    whole = raw.combine_chunks()
    empty = _bits(pc.is_null(whole).cast(pa.int8())).astype(bool)
    values = _bits(whole)  # whatever stands under the missing ones is never looked at
    if values.dtype.kind == "f":
        values = values.astype(np.float64)
        return values, empty | ~np.isfinite(values)
    return values.astype(np.int64), empty


def _bits(array: Any) -> NDArray[Any]:
    """The stored bits of an Arrow array as numbers; `to_numpy` would import pandas."""
    kind = array.type
    sign = (
        "f"
        if str(kind) in {"float", "double", "halffloat"}
        else "u"
        if str(kind)[0] == "u"
        else "i"
    )
    size = kind.bit_width // 8
    if len(array) == 0 or array.buffers()[1] is None:
        return np.zeros(len(array), f"{sign}{size}")
    buffer = array.buffers()[1]
    return np.frombuffer(buffer, f"{sign}{size}", len(array), array.offset * size)


def _arrow(numbers: NDArray[Any]) -> Any:
    """An Arrow array over the same bits; `pa.array` would import pandas."""
    import pyarrow as pa

    kind = pa.int32() if numbers.dtype == np.int32 else pa.int64()
    bits = pa.py_buffer(numbers.tobytes())
    return pa.Array.from_buffers(kind, len(numbers), [None, bits])


def _width(kind: Any) -> str:
    return "int32" if kind.bit_width == 32 else "int64"


def _scaled(distinct: NDArray[Any], kind: Any) -> Floats:
    """Dates and times in seconds; other numbers as they are."""
    import pyarrow as pa

    numbers = distinct.astype(np.float64)
    if pa.types.is_date32(kind):
        return numbers * 86_400.0
    if pa.types.is_temporal(kind):
        unit = getattr(kind, "unit", "ms")
        return numbers / {"s": 1.0, "ms": 1e3, "us": 1e6, "ns": 1e9}[unit]
    return numbers
