"""Encode Arrow columns of any storage type as integer codes."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeweave_dagster.core.arrow_values import array_of_numbers, numbers_of
from pipeweave_dagster.core.columns.column import Column, Floats
from pipeweave_dagster.core.documents import ColumnDeduction
from pipeweave_dagster.core.number_format import number_as_text


def encode_column(info: ColumnDeduction, raw: Any) -> Column:
    """Encode an Arrow column (a chunked array) of any storage type.

    Example:
        >>> import pyarrow as pa
        >>> info = ColumnDeduction(
        ...     name="size", type="ordinal", storage="text", role="feature", confidence=1,
        ...     reason="", distinct=2, missing=1,
        ... )
        >>> column = encode_column(info, pa.chunked_array([["small", None, "large", "small"]]))
        >>> column.labels, column.codes.tolist()
        (['large', 'small'], [1, -1, 0, 1])
    """
    import pyarrow as pa

    kind = raw.type
    if pa.types.is_dictionary(kind) or pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return _encode_text(info, raw)
    return _encode_numbers(info, raw)


def _encode_text(info: ColumnDeduction, raw: Any) -> Column:
    import pyarrow as pa
    import pyarrow.compute as pc

    combined = as_dictionary(raw)
    order = numbers_of(pc.sort_indices(combined.dictionary)).astype(np.int64)
    index = np.empty(len(order) + 1, np.int32)
    index[order] = np.arange(len(order), dtype=np.int32)
    index[-1] = -1
    missing = numbers_of(pc.is_null(combined.indices).cast(pa.int8())).astype(bool)
    indices = np.where(missing, len(order), numbers_of(combined.indices.cast(pa.int32())))
    codes = index[indices]
    counts = np.bincount(codes[codes >= 0], minlength=len(order)).astype(np.int64)
    keep = counts > 0  # a stored dictionary may contain unused values
    if not keep.all():
        index = np.append(np.where(keep, np.cumsum(keep) - 1, -1), -1).astype(np.int32)
        codes, counts, order = index[codes], counts[keep], order[keep]
    dictionary = combined.dictionary

    def text() -> list[str]:
        taken = dictionary.take(array_of_numbers(order))
        return [str(value) for value in taken.to_pylist()]

    return Column(info, codes, counts, None, text)


def as_dictionary(raw: Any) -> Any:
    """Return a column of text as one Arrow array of dictionary indices."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not pa.types.is_dictionary(raw.type):
        raw = pc.dictionary_encode(raw)
    combined = raw.unify_dictionaries().combine_chunks()
    if isinstance(combined, pa.ChunkedArray):
        combined = combined.chunk(0) if combined.num_chunks else pa.array([], raw.type)
    return combined


def _encode_numbers(info: ColumnDeduction, raw: Any) -> Column:
    values, missing = values_and_missing(raw)
    known = values[~missing]
    distinct, inverse, counts = _unique(known)
    codes = np.full(len(values), -1, np.int32)
    codes[~missing] = inverse
    if len(distinct) == len(known):  # one number in memory instead of one per value
        counts = np.broadcast_to(np.int64(1), len(distinct))
    kind = raw.type  # `text` lives as long as the column, and must not keep the raw values alive
    numbers = in_seconds(distinct, kind)
    whole = counts.astype(np.int64, copy=False)
    return Column(info, codes, whole, numbers, lambda: number_texts(distinct, kind))


def number_texts(distinct: NDArray[Any], kind: Any) -> list[str]:
    """Return distinct values of an Arrow type, given as int64 or float64, as they are shown."""
    import pyarrow as pa

    if len(distinct) == 0:
        return []
    if pa.types.is_boolean(kind):
        return ["true" if value else "false" for value in distinct]
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return [number_as_text(value) for value in distinct.tolist()]
    if pa.types.is_integer(kind):
        return [str(value) for value in distinct.tolist()]
    bits = array_of_numbers(distinct.astype(_width(kind)))
    return [str(value) for value in bits.cast(kind).to_pylist()]


def _unique(known: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Return unique values, inverse and counts, by counting where integers are close together."""
    close = counted_integers(known)
    if close is None:
        return np.unique(known, return_inverse=True, return_counts=True)
    distinct, counts, shifted = close
    low, high = int(distinct[0]), int(distinct[-1])
    index = np.empty(high - low + 1, np.int32)
    index[distinct - low] = np.arange(len(distinct), dtype=np.int32)
    return distinct, index[shifted], counts


def counted_integers(
    known: NDArray[Any],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]] | None:
    """Count integers that are close together; None for others.

    Returns:
        The distinct ones, ascending, the rows of each, and all of them less the least.
    """
    if known.dtype.kind != "i" or not len(known):
        return None
    low, high = int(known.min()), int(known.max())
    if high - low >= max(1_000, 2 * len(known)):
        return None
    shifted = known - low
    counts = np.bincount(shifted)
    used = np.flatnonzero(counts)
    return used + low, counts[used], shifted


def values_and_missing(raw: Any) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Return the values as int64 or float64, and which rows are missing (null or NaN)."""
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = raw.type
    if pa.types.is_null(kind) or pa.types.is_boolean(kind):
        raw = raw.cast(pa.int8())
    elif pa.types.is_decimal(kind):
        raw = raw.cast(pa.float64())
    elif pa.types.is_temporal(kind):
        raw = raw.cast(pa.int32() if _width(kind) == "int32" else pa.int64())
    combined = raw.combine_chunks()
    empty = numbers_of(pc.is_null(combined).cast(pa.int8())).astype(bool)
    values = numbers_of(combined)  # the values of missing rows are arbitrary and never used
    if values.dtype.kind == "f":
        values = values.astype(np.float64)
        return values, empty | ~np.isfinite(values)
    return values.astype(np.int64), empty


def _width(kind: Any) -> str:
    return "int32" if kind.bit_width == 32 else "int64"


def in_seconds(distinct: NDArray[Any], kind: Any) -> Floats:
    """Return dates and times in seconds, other numbers unchanged."""
    import pyarrow as pa

    numbers = distinct.astype(np.float64, copy=False)
    if pa.types.is_date32(kind):
        return numbers * 86_400.0
    if pa.types.is_temporal(kind):
        unit = getattr(kind, "unit", "ms")
        return numbers / {"s": 1.0, "ms": 1e3, "us": 1e6, "ns": 1e9}[unit]
    return numbers
