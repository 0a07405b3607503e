"""Count duplicate rows: exact, without identifiers, and near duplicates."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pipeweave_dagster.core.columns.column import Column
from pipeweave_dagster.core.columns.row_keys import row_keys

DIGITS = 4
MIN_DISTINCT = 100
MIN_CONTINUOUS = 3
"""Rows with fewer continuous columns are near duplicates by chance."""


@dataclass(frozen=True)
class Repeats:
    """Counts of duplicate rows.

    Attributes:
        rows: Rows equal to an earlier one in every column.
        without_identifiers: The same, without columns that identify the row.
        near: Further rows equal to an earlier one when numbers are rounded to four significant
            digits; None with too few continuous columns.
        largest: Rows of the largest group of equal rows, without columns that identify the row.
        identifiers: Columns that identify the row.
    """

    rows: int
    without_identifiers: int
    near: int | None
    largest: int
    identifiers: list[str]


def count_repeats(columns: Sequence[Column]) -> Repeats:
    """Count the duplicate rows of a table; one pass over its codes per kind."""
    plain = [column for column in columns if not identifies_row(column)]
    identifiers = [column.name for column in columns if identifies_row(column)]
    whole, largest = _duplicates(columns)
    without = whole
    if identifiers and plain:
        without, largest = _duplicates(plain)
    continuous = [c for c in plain if c.info.storage == "number" and c.distinct >= MIN_DISTINCT]
    near = None
    if len(continuous) >= MIN_CONTINUOUS:
        names = {c.name for c in continuous}
        # One column at a time, because all of them would be a copy of the table.
        rounded = (_rounded(c) if c.name in names else c for c in plain)
        near = _count_duplicates(rounded)[0] - without
    return Repeats(whole, without, near, largest, identifiers)


def identifies_row(column: Column) -> bool:
    """Return whether a column is an identifier, or integers or texts that are mostly distinct."""
    discrete = column.info.storage in {"integer", "text"} and column.info.role != "target"
    return column.info.role == "identifier" or (discrete and column.distinct > 0.8 * column.present)


def _duplicates(columns: Sequence[Column]) -> tuple[int, int]:
    """Return the rows equal to an earlier one, and the rows of the largest group of equal ones."""
    return _count_duplicates(columns) if columns and columns[0].rows else (0, 0)


def _count_duplicates(columns: Iterable[Column]) -> tuple[int, int]:
    keys = np.sort(row_keys(columns))  # twenty times faster than hashing them again
    first = np.flatnonzero(np.append(True, keys[1:] != keys[:-1]))
    return len(keys) - len(first), int(np.diff(np.append(first, len(keys))).max())


def _rounded(column: Column) -> Column:
    numbers = column.numbers
    if numbers is None:
        return column
    size = np.floor(np.log10(np.maximum(np.abs(numbers), 1e-300)))
    unit = 10.0 ** np.clip(size - DIGITS + 1, -300, 300)
    shown = np.round(numbers / unit) * unit
    index = np.append(np.unique(shown, return_inverse=True)[1].astype(np.int32), -1)
    return replace(column, codes=index[column.codes])
