"""Texts of Arrow with a dictionary, which depends on the texts alone."""

from typing import Any

import numpy as np
import pyarrow as pa

TEXTS = pa.dictionary(pa.int32(), pa.large_string())
"""How columns of texts are passed and stored: looking at distinct texts is enough."""
_TEXT_TYPES = (pa.types.is_string, pa.types.is_large_string, pa.types.is_dictionary)


def is_text(kind: pa.DataType) -> bool:
    """Return whether an Arrow type is one of texts."""
    return any(test(kind) for test in _TEXT_TYPES)


def encoded(array: Any) -> Any:
    """Return texts of any Arrow type with a dictionary."""
    if array.type == TEXTS:
        return array
    if pa.types.is_dictionary(array.type):
        return array.cast(TEXTS)
    return array.cast(pa.large_string()).dictionary_encode()


def joined(column: Any) -> Any:
    """Return the chunks of a column as one array; texts with the dictionary of their order."""
    if column.type == TEXTS:
        column = column.unify_dictionaries()
    if column.num_chunks == 1:
        return _ordered(column.chunk(0))
    array = column.combine_chunks()
    return _ordered(array.chunk(0) if isinstance(array, pa.ChunkedArray) else array)


def _ordered(array: Any) -> Any:
    return _in_order(array) if array.type == TEXTS else array


def _in_order(texts: Any) -> Any:
    """Return texts with a dictionary of those that occur, in the order of their first rows."""
    size = len(texts.dictionary)
    codes = texts.indices.fill_null(size).to_numpy(zero_copy_only=False)
    first = np.full(size + 1, len(codes))
    first[codes[::-1]] = np.arange(len(codes) - 1, -1, -1)
    found = np.flatnonzero(first[:size] < len(codes))
    order = found[np.argsort(first[found])]
    if len(order) == size and (order == np.arange(size)).all():
        return texts
    places = np.zeros(size + 1, dtype=np.int32)
    places[order] = np.arange(len(order), dtype=np.int32)
    missing = codes == size if texts.null_count else None
    indices = pa.array(places[codes], pa.int32(), mask=missing)
    return pa.DictionaryArray.from_arrays(indices, texts.dictionary.take(pa.array(order)))
