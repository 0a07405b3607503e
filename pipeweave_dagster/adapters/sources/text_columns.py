"""Columns of MySQL, whose values arrive as text, as Arrow types that hold them exactly."""

from collections import Counter
from dataclasses import dataclass
from typing import Any, Self

import pyarrow as pa
import pyarrow.compute as pc

from pipeweave_dagster.adapters.sources.exact_values import decimal_column, without

ZERO_DATE = "zero dates of MySQL (such as 0000-00-00), stored as missing"
_UNSIGNED = 32
_BINARY_CHARSET = 63
# Numbers of the types in the protocol.
_SIGNED = {1: pa.int8(), 2: pa.int16(), 3: pa.int32(), 8: pa.int64(), 9: pa.int32()}
_NATURAL = {1: pa.uint8(), 2: pa.uint16(), 3: pa.uint32(), 8: pa.uint64(), 9: pa.uint32()}
_FLOAT = 4
_OTHERS: dict[int, pa.DataType] = {
    _FLOAT: pa.float64(),
    5: pa.float64(),
    7: pa.timestamp("us", "UTC"),
    10: pa.date32(),
    12: pa.timestamp("us"),
    13: pa.int16(),  # YEAR
}
_DECIMALS = {0, 246}
_BIT = 16
# VARBINARY, BINARY, GEOMETRY and the BLOBs, unless their character set makes them texts.
_BLOBS = {15, 249, 250, 251, 252, 253, 254, 255}
_MOST_128 = 38
_NO_DAY = r"^0000|^\d{4}-00|^\d{4}-\d\d-00"


@dataclass(frozen=True)
class MySqlColumn:
    """A column: its name and Arrow type, and the type in which its values arrive.

    `rounded` columns are read as DOUBLE: the server's text of a FLOAT has six digits.
    """

    name: str
    type: pa.DataType
    raw: pa.DataType
    precision: int = 0
    rounded: bool = False

    @classmethod
    def of(cls, field: Any) -> Self:
        """Describe a field of PyMySQL; types without an equal in Arrow stay text.

        Among them are times, which may be negative or longer than a day, JSON, ENUM and SET.
        """
        name, code = str(field.name), field.type_code
        unsigned = bool(field.flags & _UNSIGNED)
        if code in _DECIMALS:
            # The length counts the sign and the point as well.
            digits = field.length - (not unsigned) - (field.scale > 0)
            precision = max(digits, field.scale, 1)
            wide = pa.decimal256 if precision > _MOST_128 else pa.decimal128
            return cls(name, wide(precision, field.scale), pa.string(), precision)
        if code == _BIT:
            return cls(name, pa.uint64(), pa.binary())
        if code in _BLOBS and field.charsetnr == _BINARY_CHARSET:
            return cls(name, pa.binary(), pa.binary())
        known = {**_OTHERS, **(_NATURAL if unsigned else _SIGNED)}
        type_ = known.get(code, pa.string())
        return cls(name, type_, pa.string(), rounded=code == _FLOAT)

    def typed(self, array: Any, changed: Counter[str]) -> Any:
        """Return the values as the column's type.

        Args:
            array: The values as they arrive.
            changed: Counts zero dates, which become missing.
        """
        if self.type == self.raw:
            return array
        if pa.types.is_decimal(self.type):
            scale = self.type.scale
            return decimal_column(array, self.precision, scale, changed)
        if pa.types.is_date(self.type) or pa.types.is_timestamp(self.type):
            zero = pc.match_substring_regex(array, _NO_DAY)
            days = without(array, zero, ZERO_DATE, changed)
            # Texts have no zone: the session is in UTC.
            naive = days.cast(pa.date32() if pa.types.is_date(self.type) else pa.timestamp("us"))
            return naive.cast(self.type)
        if pa.types.is_binary(self.raw):
            bits = [None if v is None else int.from_bytes(v, "big") for v in array.to_pylist()]
            return pa.array(bits, self.type)
        return array.cast(self.type)
