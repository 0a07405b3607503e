"""Find rows that are sums of others (totals and subtotals) by their numbers, in any language."""

from pathlib import Path
from typing import Any

import numpy as np

from pipeweave_dagster.core.arrow_values import numbers_of

_MOST_ROWS, _MOST_CELLS, _MOST_COLUMNS = 50_000, 1_000_000, 200
_FEWEST_ROWS = 5
_NEAR, _MOST_PLACES = 1e-9, 4
_MOST_ROUNDED = 1e11
"""A float has too few digits to tell whether a larger number is rounded to these places."""
_MOST_ROUNDING = 1e-3
"""Rounding explains a larger share of a sum only of small numbers, which add up by chance."""


def sum_rows(path: Path) -> list[int]:
    """Return the numbers, from 0, of the rows of a typed table that are sums of rows above them.

    The last row must be one: elsewhere numbers that add up are chance. A row is one if two or more
    of its numbers, or its only one, are the sums of the rows above since the last such row, and so
    are most of its numbers; or those of all rows above that are none. Sums of two or more columns
    may be off by what rounding explains, as totals are often computed before it. None are
    looked for in tables of more than 50,000 rows, or of more than a million numbers.

    Args:
        path: The Parquet file of the table.
    """
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        rows, kinds = file.metadata.num_rows, [str(kind) for kind in file.schema_arrow.types]
        numeric = [i for i, kind in enumerate(kinds) if kind in {"int64", "double"}]
        few = _FEWEST_ROWS <= rows <= _MOST_ROWS and rows * len(numeric) <= _MOST_CELLS
        if not few or not 0 < len(numeric) <= _MOST_COLUMNS:
            return []
        columns: list[Any] = [file.reader.read_all(column_indices=[i]).column(0) for i in numeric]
    numbers = _with_finite_sums(np.column_stack([*map(_floats, columns)]))
    half = _half_units(numbers)
    if not numbers.shape[1] or not _ends_in_a_sum(numbers, half):
        return []
    found = _found(numbers, half)
    return found if found and found[-1] == rows - 1 else []


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


def _half_units(numbers: Any) -> Any:
    """Return half of the last decimal place of each column; 0 where numbers are not rounded."""
    half = np.zeros(numbers.shape[1])
    if numbers.shape[1] < 2:
        return half
    for column, values in enumerate(numbers.T):
        known = values[np.isfinite(values)]
        if np.abs(known).max(initial=0.0) > _MOST_ROUNDED:
            continue
        for places in range(_MOST_PLACES + 1):
            if np.abs(known - np.round(known, places)).max(initial=0.0) < _NEAR:
                half[column] = 0.5 * 10.0**-places
                break
    return half


def _ends_in_a_sum(numbers: Any, half: Any) -> bool:
    """Return whether the last row may be a sum, a cheap look before each row is looked at."""
    last, above = numbers[-1], np.nan_to_num(numbers[:-1])
    sums = np.vstack([np.cumsum(above[::-1], axis=0)[1:], above.sum(axis=0)[None] / 2])
    parts = np.minimum(np.arange(2, len(sums) + 2), len(above))[:, None]
    equal = _near(sums, last, half * parts) & (last != 0)
    return bool((equal.sum(axis=1) >= min(2, numbers.shape[1])).any())


def _found(numbers: Any, half: Any) -> list[int]:
    """Return the rows that are sums; time linear in the rows."""
    filled = np.nan_to_num(numbers)
    found: list[int] = []
    nothing = np.zeros(numbers.shape[1])
    start, sums, most = 0, nothing, nothing  # of the rows since the last sum
    parts, most_of_sums = nothing, nothing  # of the rows that are no sums; of those that are
    for row in range(len(numbers)):
        if row - start > 1 and _is_sum(numbers[row], sums, most, half * (row - start)):
            parts = parts + sums
        elif not (
            found and row == start and _is_sum(numbers[row], parts, most_of_sums / 2, half * row)
        ):
            most = filled[row] if row == start else np.maximum(most, filled[row])
            sums = sums + filled[row]
            continue
        found.append(row)
        most_of_sums = np.maximum(most_of_sums, filled[row]) if len(found) > 1 else filled[row]
        start, sums, most = row + 1, nothing, nothing
    return found


def _is_sum(row: Any, sums: Any, parts: Any, rounding: Any) -> bool:
    """Return whether most numbers of a row are sums, and greater than each of the parts."""
    near = _near(sums, row, rounding)
    if not near.any():
        return False
    used = ~np.isnan(row) & (row != 0)
    equal = used & near & (np.abs(row) > np.abs(parts))
    return bool(equal.sum() >= min(2, len(row)) and 2 * equal.sum() >= used.sum())


def _near(sums: Any, row: Any, rounding: Any) -> Any:
    size = np.abs(row)
    allowed = np.maximum(_NEAR + _NEAR * size, np.minimum(rounding, _MOST_ROUNDING * size))
    return np.abs(sums - row) <= allowed
