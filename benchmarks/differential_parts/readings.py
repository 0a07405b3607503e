"""Read one file with PipeWeave, pandas, polars and DuckDB into tables that can be compared."""

import datetime as dt
import math
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow.parquet as pq

from pipeweave_dagster.core.documents import RawFile, RawUpload
from pipeweave_dagster.core.ingest import ingest

Cell = bool | float | Decimal | str | dt.datetime | dt.time | None


@dataclass(frozen=True)
class Reading:
    """A table as one reader sees it.

    Attributes:
        header: Names as in the file; None if the first line is data.
        columns: Canonical cells, by column.
        formats: Format of each column's texts, where the reader says it.
        delimiter: The delimiter, where the reader says it (`blanks` for runs of blanks).
    """

    header: list[str] | None
    columns: list[list[Cell]]
    formats: list[str | None]
    delimiter: str | None = None

    @property
    def rows(self) -> int:
        """Return the number of rows."""
        return len(self.columns[0]) if self.columns else 0


def canonical(value: Any) -> Cell:
    """Return a value so that equal values of different readers compare equal."""
    if value is None or value is pd.NaT or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).replace(tzinfo=None) if value.tzinfo else value
    if isinstance(value, dt.date):
        return dt.datetime.combine(value, dt.time())
    if isinstance(value, str):
        return value.strip(" \t\r\n\u00a0") or None
    if isinstance(value, bool | int | float | Decimal | dt.time):
        return value
    return str(value)


def _reading(
    names: list[str] | None, columns: list[list[Any]], formats: list[str | None] | None = None
) -> Reading:
    cells = [[canonical(v) for v in column] for column in columns]
    return Reading(names, cells, formats or [None] * len(columns))


def read_pipeweave(path: Path) -> Reading:
    """Read a file with PipeWeave; its quarantined rows are not in the table."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "out")
        out.mkdir()
        file = RawFile(name=path.name, sha256="0" * 64, size_bytes=path.stat().st_size)
        snapshot = ingest(RawUpload(dataset="differential", files=[file]), [path], out)
        table = pq.read_table(out / "data.parquet")
    headless = snapshot.dialect.header_rows == 0
    reading = _reading(
        None if headless else [c.original_name for c in snapshot.columns],
        [column.to_pylist() for column in table.columns],
        [c.format for c in snapshot.columns],
    )
    return replace(reading, delimiter=snapshot.dialect.delimiter)


def sniff(path: Path) -> tuple[str, bool]:
    """Return the delimiter and whether there is a header, by DuckDB."""
    row = duckdb.execute(
        "SELECT delimiter, hasheader FROM sniff_csv(?, sample_size = -1)", [str(path)]
    ).fetchall()[0]
    return row[0], row[1]


def read_pandas(path: Path, delimiter: str, header: bool) -> Reading:
    """Read a file with pandas' defaults and the given delimiter."""
    frame = pd.read_csv(path, sep=delimiter, header=0 if header else None, low_memory=False)
    if not isinstance(frame.index, pd.RangeIndex):
        frame = frame.reset_index()
    columns = [frame.iloc[:, i].astype(object).tolist() for i in range(frame.shape[1])]
    return _reading([str(n) for n in frame.columns] if header else None, columns)


def read_polars(path: Path, delimiter: str, header: bool) -> Reading:
    """Read a file with polars, types inferred from the whole column."""
    frame = pl.read_csv(
        path, separator=delimiter, has_header=header, infer_schema_length=None, try_parse_dates=True
    )
    names = frame.columns if header else None
    return _reading(names, [frame[:, i].to_list() for i in range(frame.width)])


def read_duckdb(path: Path, delimiter: str, header: bool) -> Reading:
    """Read a file with DuckDB, which detects the rest of the dialect."""
    relation = duckdb.read_csv(str(path), sample_size=-1, header=header, delimiter=delimiter)
    table = relation.to_arrow_table()
    return _reading(table.column_names if header else None, [c.to_pylist() for c in table.columns])


Reader = Callable[[Path, str, bool], Reading]
READERS: dict[str, Reader] = {
    "pandas": read_pandas,
    "polars": read_polars,
    "duckdb": read_duckdb,
}
