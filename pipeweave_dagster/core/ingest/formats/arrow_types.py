"""Which type an Arrow column is stored as, and the plain array behind wrapped ones."""

import pyarrow as pa
import pyarrow.compute as pc

from pipeweave_dagster.core.ingest.formats.arrow_numbers import ArrowArray, numeric_type


def value_type(type_: pa.DataType) -> pa.DataType:
    """Return the type of the values behind dictionaries, run lengths and extension types."""
    if isinstance(type_, pa.UuidType | pa.Bool8Type):
        return type_
    if isinstance(type_, pa.BaseExtensionType):
        return value_type(type_.storage_type)
    if pa.types.is_dictionary(type_) or pa.types.is_run_end_encoded(type_):
        return value_type(type_.value_type)
    return type_


def plain_array(array: ArrowArray) -> ArrowArray:
    """Return the values behind dictionaries, run lengths and extension types."""
    if isinstance(array.type, pa.UuidType):
        texts = [None if v is None else str(v) for v in array.to_pylist()]
        return pa.array(texts, pa.string())
    if isinstance(array.type, pa.BaseExtensionType):
        boolean = isinstance(array.type, pa.Bool8Type)
        return array.storage.cast(pa.bool_()) if boolean else plain_array(array.storage)
    if pa.types.is_dictionary(array.type):
        return plain_array(array.dictionary.take(array.indices))
    if pa.types.is_run_end_encoded(array.type):
        return plain_array(pc.call_function("run_end_decode", [array]))
    return array


def stored_type(type_: pa.DataType) -> pa.DataType:
    """Return the type to store: int64, float64, bool, date, timestamp, time or text."""
    if pa.types.is_boolean(type_) or isinstance(type_, pa.Bool8Type):
        return pa.bool_()
    if pa.types.is_integer(type_) or pa.types.is_floating(type_) or pa.types.is_decimal(type_):
        return numeric_type(type_)
    if pa.types.is_timestamp(type_):
        return pa.timestamp("us")
    if pa.types.is_date(type_):
        return pa.date32()
    if pa.types.is_time(type_):
        return pa.time64("us")
    return pa.float64() if pa.types.is_duration(type_) else pa.large_string()
