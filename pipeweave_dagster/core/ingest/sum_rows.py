"""Find rows that are sums of others (totals and subtotals) by their numbers, in any language."""

import re
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from pipeweave_dagster.core.arrow_values import numbers_of
from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.ingest.base.raw_table import RawTable

_MOST_ROWS, _MOST_COLUMNS = 5000, 200
_FEWEST_ROWS = 5
_LISTED, _MOST_TEXT = 5, 40


class SumRow(NamedTuple):
    """A row that is the sum of others: its number, from 0, and its first text."""

    row: int
    text: str


def sum_rows(path: Path) -> list[SumRow]:
    """Return the rows of a typed table that are sums of rows above them; none in large tables.

    The last row must be one: elsewhere numbers that add up are chance. A row is one if at least two
    of its numbers, or its only one, are the sums of the rows above since the last such row, and so
    are most of its numbers; or those of all rows above that are none.

    Args:
        path: The Parquet file of the table.
    """
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        if not _FEWEST_ROWS <= file.metadata.num_rows <= _MOST_ROWS:
            return []
        kinds = [str(kind) for kind in file.schema_arrow.types]
        numeric = [i for i, kind in enumerate(kinds) if kind in {"int64", "double"}]
        if not 0 < len(numeric) <= _MOST_COLUMNS:
            return []
        columns: list[Any] = [file.reader.read_all(column_indices=[i]).column(0) for i in numeric]
        numbers = _with_finite_sums(np.column_stack([*map(_floats, columns)]))
        if not numbers.shape[1] or not _ends_in_a_sum(numbers):
            return []
        found = _found(numbers)
        first = kinds.index("string") if "string" in kinds else numeric[0]
        texts = file.reader.read_all(column_indices=[first]).column(0)
    last = bool(found) and found[-1] == len(numbers) - 1
    return [SumRow(row, str(texts[row].as_py() or "")) for row in found] if last else []


def _floats(column: Any) -> Any:
    """Return the numbers of a column, NaN where it has none, without an import of pandas."""
    one = column.combine_chunks()
    missing = numbers_of(one.is_null().cast("uint8"))
    return np.where(missing, np.nan, numbers_of(one.cast("float64", safe=False)))


def _with_finite_sums(numbers: Any) -> Any:
    """Return the columns whose sums a float can hold."""
    with np.errstate(over="ignore"):
        sums = np.nansum(np.abs(numbers), axis=0)
    return numbers[:, np.isfinite(sums)]


def notes_on_sums(raw: RawTable, path: Path) -> list[str]:
    """Return a note on the rows that are sums and that no note calls totals, if there are any.

    Args:
        raw: The table as text, with its notes; all of its rows are stored.
        path: The Parquet file of the table.
    """
    rows = sum_rows(path)
    lines = raw.line_numbers_of([row.row for row in rows]) if rows else []
    totals = " ".join(n for n in raw.notes if "like a total" in n or "like totals" in n)
    new = [
        f"{line} ({row.text[:_MOST_TEXT]!r})"
        for line, row in zip(lines, rows, strict=True)
        if not re.search(rf"\b{line} (?:\(|looks)", totals)
    ]
    if not new:
        return []
    more = f" and {len(new) - _LISTED} more" if len(new) > _LISTED else ""
    are = "is the sum of rows above it" if len(new) == 1 else "are sums of rows above them"
    found = (
        f"{counted(len(new), 'row')} {are}, by the numbers: line {', '.join(new[:_LISTED])}{more}"
    )
    return [f"{found}; kept, though a model learns twice from what is in them."]


def _ends_in_a_sum(numbers: Any) -> bool:
    """Return whether the last row may be a sum, a cheap look before each row is looked at."""
    last, above = numbers[-1], np.nan_to_num(numbers[:-1])
    sums = np.vstack([np.cumsum(above[::-1], axis=0)[1:], above.sum(axis=0)[None] / 2])
    equal = np.isclose(sums, last, rtol=1e-9, atol=1e-9) & (last != 0)
    return bool((equal.sum(axis=1) >= min(2, numbers.shape[1])).any())


def _found(numbers: Any) -> list[int]:
    filled = np.nan_to_num(numbers)
    found: list[int] = []
    start, parts = 0, np.zeros(numbers.shape[1])
    for row in range(len(numbers)):
        block = filled[start:row]
        if row - start > 1 and _is_sum(numbers[row], block.sum(axis=0), block.max(axis=0)):
            found.append(row)
            parts, start = parts + block.sum(axis=0), row + 1
        elif found and row == start and _is_sum(numbers[row], parts, filled[found].max(axis=0) / 2):
            found.append(row)
            start = row + 1
    return found


def _is_sum(row: Any, sums: Any, parts: Any) -> bool:
    """Return whether most numbers of a row are sums, and greater than each of the parts."""
    used = ~np.isnan(row) & (row != 0)
    equal = used & np.isclose(sums, row, rtol=1e-9, atol=1e-9) & (np.abs(row) > np.abs(parts))
    return bool(equal.sum() >= min(2, len(row)) and 2 * equal.sum() >= used.sum())
