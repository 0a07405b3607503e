"""Values of drivers as Arrow types that hold them exactly; what none can hold is counted."""

from collections import Counter
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

NOT_A_NUMBER = "NaN or infinite numbers in decimal columns, stored as missing"
NO_DATE = "infinite dates, or outside the years 1 to 9999, stored as missing"
_MOST_128, _MOST_256 = 38, 76
_FIRST_DAY, _LAST_DAY = -719_162, 2_932_896
_DAY_US = 86_400 * 10**6


def decimal_column(texts: Any, precision: int, scale: int, changed: Counter[str]) -> Any:
    """Return texts of decimals as decimals; NaN and infinite values become missing.

    Args:
        texts: Arrow array of texts such as `-12.50`.
        precision: Digits of the column. With more than 76, or a scale that Arrow has no type for,
            it stays text.
        scale: Digits behind the point.
        changed: Counts what became missing.

    Example:
        >>> decimal_column(pa.array(["1.50", None]), 38, 10, Counter()).to_pylist()
        [Decimal('1.5000000000'), None]
    """
    plain = storage_of(texts).cast(pa.string())
    if precision > _MOST_256 or scale < 0 or scale > precision:
        return plain
    special: Any = pc.match_substring_regex(plain, "(?i)nan|inf")
    plain = without(plain, special, NOT_A_NUMBER, changed)
    wide = precision > _MOST_128
    return plain.cast(pa.decimal256(precision, scale) if wide else pa.decimal128(precision, scale))


def storage_of(array: Any) -> Any:
    """Return the values behind a type that only names what a driver does not know."""
    opaque = getattr(array.type, "extension_name", "") == "arrow.opaque"
    return array.storage if opaque else array


def finite_dates(array: Any, changed: Counter[str]) -> Any:
    """Return dates and times in microseconds; those that no calendar has become missing."""
    if pa.types.is_date32(array.type):
        numbers, first, last = array.view(pa.int32()), _FIRST_DAY, _LAST_DAY
    elif pa.types.is_timestamp(array.type) and array.type.unit == "us":
        numbers = array.view(pa.int64())
        first, last = _FIRST_DAY * _DAY_US, (_LAST_DAY + 1) * _DAY_US - 1
    else:
        return array
    bounds = [pa.scalar(bound, numbers.type) for bound in (first, last)]
    outside = pc.or_(pc.less(numbers, bounds[0]), pc.greater(numbers, bounds[1]))
    return without(array, outside, NO_DATE, changed)


def without(array: Any, lost: Any, what: str, changed: Counter[str]) -> Any:
    """Return an array with some values missing, and count them.

    Args:
        array: The values.
        lost: Which become missing.
        what: What they are and what becomes of them, for a note.
        changed: Counts them.
    """
    if number := lost.true_count:
        changed[what] += number
        return pc.if_else(lost.fill_null(False), pa.scalar(None, array.type), array)  # noqa: FBT003
    return array
