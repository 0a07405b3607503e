# ruff: noqa: S608 - names and texts in SQL go through `identifier` and `literal`
"""Read a column of a batch with its training type, by Arrow where that reads the same.

Each column has strict SQL, which raises an error for a value that the thorough way would have to
report. Plain cells need none, and all others go through it once per distinct value.
"""

from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from pipeweave_dagster.core.documents import StorageType
from pipeweave_dagster.core.ingest.base.raw_table import RawTable
from pipeweave_dagster.core.ingest.base.workspace import Workspace
from pipeweave_dagster.core.ingest.batch_casts import BatchColumn
from pipeweave_dagster.core.ingest.batch_numbers import exact_floats, numbers, whole_numbers
from pipeweave_dagster.core.ingest.strict_casts import strict_cast
from pipeweave_dagster.core.ingest.types.casting import Cast
from pipeweave_dagster.core.ingest.types.value_parsers import LONG_NUMBER, NUMBER, ROUNDED_NUMBER

_PLAIN_NUMBERS = {NUMBER, LONG_NUMBER, ROUNDED_NUMBER}
_VALUES = "distinct_values"
ARROW_TYPES: dict[StorageType, pa.DataType] = {
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "datetime": pa.timestamp("us"),
    "time": pa.time64("us"),
    "text": pa.string(),
}
"""The Arrow types of the typed table by storage type."""


class BatchReader(NamedTuple):
    """Reads one column of a batch, part by part.

    Attributes:
        position: The index of the column in the batch.
        name: Its name in the typed table.
        type: The type to store.
        source: The SQL type in the batch.
        cast: Its SQL; None where values are stored as they are.
        plain: Reads plain cells by Arrow; returns None for others.
        keeps_plain_texts: Whether plain texts are stored as they are.
    """

    position: int
    name: str
    type: pa.DataType
    source: str
    cast: Cast | None
    plain: Any = None
    keeps_plain_texts: bool = False

    def read(self, cells: Any, space: Workspace) -> Any:
        """Return the values of cells with the type to store.

        Raises:
            duckdb.Error: A value must be reported, or set to missing.
        """
        if self.cast is None:
            return cells
        found = self.plain(cells) if self.plain is not None else None
        return self._by_distinct_values(cells, self.cast, space) if found is None else found

    def _by_distinct_values(self, cells: Any, cast: Cast, space: Workspace) -> Any:
        is_coded = pa.types.is_dictionary(cells.type)
        coded: Any = cells if is_coded else cells.dictionary_encode()
        values, indices = coded.dictionary, coded.indices
        if self.keeps_plain_texts and _are_plain_texts(values):
            return coded
        space.db.register(_VALUES, pa.table({f"c{self.position}": values}))
        try:
            typed = space.db.sql(
                f"SELECT {cast.typed} AS v FROM"
                f" (SELECT {cast.cleaned} AS c{self.position} FROM {_VALUES})"
            ).to_arrow_table()
        finally:
            space.db.unregister(_VALUES)
        found = typed.column(0).combine_chunks().cast(self.type)
        found = found.chunk(0) if isinstance(found, pa.ChunkedArray) else found
        if self.type != pa.string():
            return found.take(indices)
        again: Any = found.dictionary_encode()  # two texts may have become one, or none
        return pa.DictionaryArray.from_arrays(again.indices.take(indices), again.dictionary)


def reader_of(column: BatchColumn, raw: RawTable) -> BatchReader:
    """Return the reader of a column that stands for one of the training table."""
    position, kind = column.position, column.column.type
    source = raw.sql_types[position]
    cast = strict_cast(column, raw)
    exact = cast.cleaned == cast.typed == f"c{position}"
    listed = bool(column.column.missing_values)
    return BatchReader(
        position,
        column.column.name,
        ARROW_TYPES[kind],
        source,
        None if exact and kind != "text" else cast,
        None if listed else _plain_reader(column, source),
        kind == "text" and source == "VARCHAR" and not listed,
    )


def text_reader(position: int, name: str, source: str) -> BatchReader:
    """Return the reader of a further column, which is stored as text, as it is."""
    text = f"CAST(c{position} AS VARCHAR)"
    cast = None if source == "VARCHAR" else Cast(position, f"c{position}", text, name)
    return BatchReader(position, name, pa.string(), source, cast)


def _plain_reader(column: BatchColumn, source: str) -> Any:
    kind = column.column.type
    if (kind, source) == ("number", "BIGINT"):
        return lambda cells: cells.cast(pa.float64(), safe=False)
    if (kind, source) == ("integer", "DOUBLE"):
        return exact_floats
    if source != "VARCHAR":
        return None
    if kind == "integer":
        return whole_numbers
    ours = kind == "number" and ROUNDED_NUMBER in column.parsers
    return numbers if ours and column.parsers[0] in _PLAIN_NUMBERS else None


def _are_plain_texts(texts: Any) -> bool:
    """Return whether all texts stay as they are, whatever else they are: see `PLAIN_ASCII`."""
    if texts.null_count:
        return False
    offsets = np.frombuffer(texts.buffers()[1], dtype=np.int32)
    offsets = offsets[texts.offset : texts.offset + len(texts) + 1]
    if not (np.diff(offsets) > 0).all():
        return False
    data = np.frombuffer(texts.buffers()[2] or b"", dtype=np.uint8)
    first, last = data[offsets[:-1]], data[offsets[1:] - 1]
    inside = data[offsets[0] : offsets[-1]] if len(texts) else data[:0]
    visible = (first > ord(" ")) & (first != ord("=")) & (last > ord(" "))
    return bool(visible.all() and (inside < 128).all())
