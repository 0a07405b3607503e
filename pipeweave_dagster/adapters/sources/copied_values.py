"""The columns of `id` and `keep`, which predictions hold as text, as values of their types."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pipeweave_dagster.core.errors import PipeWeaveError, validation_error

TEXT_CODES = {"postgres": {18, 25, 1042, 1043}, "mysql": {252, 253, 254}}
"""What the drivers call columns of text; binary ones in MySQL have the same codes."""
_CODES = {
    "postgres": {"integer": 20, "number": 701, "boolean": 16, "date": 1082, "datetime": 1114},
    "mysql": {"integer": 8, "number": 5, "boolean": 1, "date": 10, "datetime": 12},
}


def fitting_types(rows: Path, types: Mapping[str, str]) -> dict[str, str]:
    """Return those columns of text whose values all are of the given type.

    Args:
        rows: Parquet with the predictions.
        types: Wanted type (integer, number, boolean, date, datetime) by column.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    with pq.ParquetFile(rows) as file:
        schema = file.schema_arrow
        fitting = {
            name: kind
            for name, kind in types.items()
            if name in schema.names
            and pa.types.is_string(schema.field(name).type)
            and kind in _CODES["postgres"]
        }
        for block in file.iter_batches(columns=list(fitting)):
            for name, kind in list(fitting.items()):
                if _as_type(block.column(name), kind) is None:
                    del fitting[name]
    return fitting


def typed_blocks(blocks: Iterator[Any], types: Mapping[str, str]) -> Iterator[Any]:
    """Yield blocks with the columns of `fitting_types` as values of their types."""
    for block in blocks:
        changed = block
        for name, kind in types.items():
            place = block.schema.get_field_index(name)
            values = _as_type(block.column(name), kind)
            changed = changed.set_column(place, name, values)
        yield changed


def misfit(kind: str, table: str, name: str, wanted: str, code: int) -> PipeWeaveError | None:
    """Return the error of values that a column of an existing table cannot hold, None if it can.

    Args:
        kind: Kind of the source.
        table: Name of the table.
        name: Column with a value that is not of the wanted type.
        wanted: The type of the column in the training data.
        code: What the driver calls the type that the column has in the table.
    """
    if _CODES[kind].get(wanted) != code:
        return None
    return validation_error(
        f"The column {name!r} of {table!r} is of the type {wanted}, as in the training data, but"
        " the batch has other values.",
        fix="Correct the batch; or change the column to text, or name another table.",
        column=name,
    )


def _as_type(values: Any, kind: str) -> Any:
    """Return texts as values of a type; None if one is not."""
    import pyarrow as pa

    types = {
        "integer": pa.int64(),
        "number": pa.float64(),
        "boolean": pa.bool_(),
        "date": pa.date32(),
        "datetime": pa.timestamp("us"),
    }
    try:
        return values.cast(types[kind])
    except pa.ArrowInvalid:
        return None
