"""Convert Arrow numbers: every digit kept, infinite values as missing."""

from collections import Counter
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

# `pyarrow.Array` of any type; its stubs lack the attributes of nested and wrapped arrays.
ArrowArray = Any
INFINITE = "infinite"
_EXACT_IN_FLOAT = 15
_EXACT_IN_INTEGER = 18


def numeric_type(type_: pa.DataType) -> pa.DataType:
    """Return the type that holds all numbers of an Arrow type: int64, float64, or text.

    Text is exact; the columns are narrowed once all their values are known (`is_wide`).
    """
    if pa.types.is_floating(type_):
        return pa.float64()
    if is_wide(type_):
        return pa.string()
    if pa.types.is_decimal(type_) and type_.scale > 0:
        return pa.float64()
    return pa.int64()


def is_wide(type_: pa.DataType) -> bool:
    """Return whether an Arrow type has numbers that neither int64 nor float64 holds exactly."""
    if pa.types.is_decimal(type_):
        whole = type_.scale <= 0
        digits = type_.precision - min(0, type_.scale)
        return bool(digits > (_EXACT_IN_INTEGER if whole else _EXACT_IN_FLOAT))
    return bool(pa.types.is_uint64(type_))


def convert_number(array: ArrowArray, counts: Counter[str]) -> ArrowArray:
    """Convert integers, floats and decimals to `numeric_type`; NaN becomes missing."""
    type_, target = array.type, numeric_type(array.type)
    if pa.types.is_floating(type_):
        return _finite(array.cast(target), counts)
    if pa.types.is_decimal(type_) and type_.scale < 0:  # 12E2 is the whole number 1200
        array = array.cast(pa.decimal256(min(76, type_.precision - type_.scale), 0))
    if pa.types.is_decimal(type_) and target == pa.float64():
        array = array.cast(pa.string())  # Arrow's own cast turns 184.39 into 184.39000000000001
    return array.cast(target)


def _finite(array: ArrowArray, counts: Counter[str]) -> ArrowArray:
    finite: ArrowArray = pc.is_finite(array)
    if finite.true_count == len(array) - array.null_count:
        return array
    is_infinite: ArrowArray = pc.is_inf(array)
    infinite = is_infinite.true_count
    if infinite:
        counts[INFINITE] += infinite
    return pc.if_else(pc.is_finite(array), array, pa.scalar(None, pa.float64()))
