"""Remove rows of one subject from stored Parquet tables; their schema stays as it is."""

import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from pipeweave_dagster.core.model.exact_numbers import exact_frame
from pipeweave_dagster.core.performance.labels import join_keys

_CELL_ENDS = re.compile(r"[\x1f,;\t|]")


def without_subject(table: Path, column: str, value: str, target: Path) -> list[int]:
    """Write a table without the rows of a subject; see `remove_from_table`."""
    found = subject_rows(table, column, value)
    if found:
        _write(table, np.array(found), target)
    return found


def subject_rows(table: Path, column: str, value: str) -> list[int]:
    """Return the numbers of the rows of a subject, from 0."""
    names = [n for n in pq.read_schema(table).names if n.strip().casefold() == fold(column)]
    if not names:
        return []
    values = exact_frame(pq.read_table(table, columns=names[:1], partitioning=None))
    keys = join_keys(values[names[0]])
    return [int(row) for row in np.flatnonzero(keys == key_of(value))]


def key_of(value: str) -> str:
    """Return a subject in the form in which ids are compared."""
    import pandas as pd

    return str(join_keys(pd.Series([value], dtype=object)).iloc[0])


def fold(column: str) -> str:
    """Return a column's name in the form in which names are compared."""
    return column.strip().casefold()


def without_positions(table: Path, gone: list[int], target: Path, column: str) -> int:
    """Write a table without some rows; see `remove_positions`."""
    if not gone or (column and column not in pq.read_schema(table).names):
        return 0
    whole = pq.read_table(table, partitioning=None)
    removed = np.sort(np.array(gone))
    rows = whole[column].to_numpy() if column else np.arange(whole.num_rows)
    kept = ~np.isin(rows, removed)
    if kept.all() and not column:
        return 0
    left = whole.filter(pa.array(kept))
    if column:
        place = left.schema.get_field_index(column)
        field = left.schema.field(place)
        numbers = rows[kept] - np.searchsorted(removed, rows[kept])
        left = left.set_column(place, field, pa.array(numbers, type=field.type))
    _store(left, target)
    return int((~kept).sum())


def without_records(table: Path, value: str, target: Path) -> int:
    """Write quarantined records without those of a subject; see `remove_records`."""
    whole, key = pq.read_table(table, partitioning=None), key_of(value)
    gone = [key in cells_of(text or "") for text in whole["record"].to_pylist()]
    if any(gone):
        _store(whole.filter(pa.array([not g for g in gone])), target)
    return sum(gone)


def cells_of(record: str) -> set[str]:
    """Return the cells of a damaged record, in the form in which subjects are compared."""
    cells = (cell.strip(" \"'\r\n") for cell in _CELL_ENDS.split(record))
    return {key_of(cell) for cell in cells if cell}


def rewritten_predictions(
    table: Path, gone: list[int], versions: dict[str, str], folder: Path
) -> int:
    """Write predictions without some rows; see `rewrite_predictions`."""
    parquet = folder / "predictions.parquet"
    removed = without_positions(table, gone, parquet, "row_id")
    if not parquet.exists():
        parquet.write_bytes(table.read_bytes())
    replace_value(parquet, "data_sha256", versions)
    write_csv(parquet, folder / "predictions.csv")
    return removed


def without_equal(table: Path, like: Path, rows: list[int], target: Path) -> int:
    """Write a sample without rows that equal some of the typed table; see `remove_equal`."""
    whole = pq.read_table(table, partitioning=None)
    shared = [n for n in whole.schema.names if n in pq.read_schema(like).names]
    if not shared or not rows:
        return 0
    erased = pq.read_table(like, columns=shared, partitioning=None).take(rows)
    keys = {_row_text(row) for row in erased.to_pylist()}
    same = [_row_text(row) in keys for row in whole.select(shared).to_pylist()]
    if any(same):
        _store(whole.filter(pa.array([not s for s in same])), target)
    return sum(same)


def replace_value(table: Path, column: str, values: dict[str, str]) -> None:
    """Replace texts in a column of a stored table, in place; absent columns are ignored."""
    whole = pq.read_table(table, partitioning=None)
    place = whole.schema.get_field_index(column)
    if place < 0:
        return
    texts = [values.get(str(text), text) for text in whole.column(place).to_pylist()]
    field = whole.schema.field(place)
    _store(whole.set_column(place, field, pa.array(texts, field.type)), table)


def write_csv(table: Path, target: Path) -> None:
    """Write a stored table as the CSV that is beside it."""
    whole = pq.read_table(table, partitioning=None)
    with pa_csv.CSVWriter(target, whole.schema) as writer:
        writer.write_table(whole)


def _row_text(row: dict[str, Any]) -> str:
    """Return a row as text in which NaN and missing values are the same."""
    missing = (isinstance(v, float) and math.isnan(v) for v in row.values())
    return repr([None if gone else v for v, gone in zip(row.values(), missing, strict=True)])


def _write(table: Path, gone: Any, target: Path) -> None:
    whole = pq.read_table(table, partitioning=None)
    kept = np.ones(whole.num_rows, dtype=bool)
    kept[gone] = False
    _store(whole.filter(pa.array(kept)), target)


def _store(table: pa.Table, target: Path) -> None:
    pq.write_table(table, target, compression="zstd")
