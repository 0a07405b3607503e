"""Read a Parquet file as pandas tables, some columns at a time."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipeweave_dagster.core.documents import DatasetSnapshot

CELLS_AT_ONCE = 5_000_000
_LONGEST_TEXT = 10_000
_NUMBER = r"^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$"
_WHOLE = r"^\s*[+-]?\d+\s*$"
_NULLABLE = {"integer": "Int64", "boolean": "boolean"}


def frames(names: list[str], snapshot: DatasetSnapshot, data: Path) -> Iterator[Any]:
    """Yield tables with the named columns, each of at most `CELLS_AT_ONCE` cells."""
    import pandas as pd

    step = max(1, CELLS_AT_ONCE // max(1, snapshot.rows))
    types = {c.name: c.type for c in snapshot.columns}
    for start in range(0, len(names), step):
        part = names[start : start + step]
        yield pd.DataFrame({n: _series(read(n, snapshot, data), types[n]) for n in part})


def read(name: str, snapshot: DatasetSnapshot, data: Path) -> Any:
    """Read one column as an Arrow array."""
    import pyarrow.parquet as pq

    place = [c.name for c in snapshot.columns].index(name)
    with pq.ParquetFile(data) as file:
        return file.read(columns=[file.metadata.schema.column(place).path]).column(0)


def _series(values: Any, storage: str) -> Any:
    """Convert values to pandas types in which integers with missing values stay integers."""
    import pandas as pd
    import pyarrow as pa
    import pyarrow.compute as pc

    if storage in {"text", "time"}:
        cut = pc.utf8_slice_codeunits(values.cast(pa.string()), 0, _LONGEST_TEXT)
        return cut.to_pandas().astype(pd.StringDtype())
    if storage in {"date", "datetime"}:
        return values.cast(pa.timestamp("us")).to_pandas()
    if storage not in _NULLABLE:
        return values.to_pandas()
    wanted: Any = _NULLABLE[storage]
    return pd.Series(values.to_pandas(types_mapper=pd.ArrowDtype)).astype(wanted)


def misfits(values: Any, storage: str, wanted: list[str]) -> list[int]:
    """Return the rows (from 0) whose value does not fit one of the wanted pandas types.

    If no value of the stored type can fit, these are all rows with a value.
    """
    import numpy as np
    import pyarrow.compute as pc

    whole = "int64" in wanted
    if storage == "number" and whole:
        fits = pc.equal(values, pc.floor(values))
    elif storage == "text" and (whole or "float64" in wanted):
        fits = pc.match_substring_regex(values, _WHOLE if whole else _NUMBER)
    else:
        fits = pc.is_null(values)
    wrong: Any = pc.invert(pc.fill_null(fits, True))  # noqa: FBT003 - Arrow's own argument
    return [int(i) for i in np.flatnonzero(wrong.to_numpy())]
