"""Rows that occur more than once, exactly and nearly."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pipeweave_dagster.core.columns.column import Column
from pipeweave_dagster.core.columns.row_keys import row_keys

DIGITS = 4
MEASURED = 100
MIN_MEASURED = 3
"""Fewer columns of measurements than this are alike by chance."""


@dataclass(frozen=True)
class Repeats:
    """How often rows repeat an earlier one.

    Attributes:
        rows: Rows that repeat an earlier one in every column.
        without: The same, leaving out columns that name the row.
        near: Rows that repeat an earlier one when numbers are rounded to four significant
            digits, beyond those of `without`; None where too few columns are measured.
        largest: Rows of the largest group of equal rows (without columns that name the row).
        naming: Columns that name the row.
    """

    rows: int
    without: int
    near: int | None
    largest: int
    naming: list[str]


def repeats_of(columns: Sequence[Column]) -> Repeats:
    """Count the repeats of a table; one pass over its codes for each kind."""
    plain = [column for column in columns if not names_the_row(column)]
    naming = [column.name for column in columns if names_the_row(column)]
    whole, _ = _repeated(columns)
    without, largest = _repeated(plain) if naming and plain else (whole, _repeated(columns)[1])
    measured = [c for c in plain if c.info.storage == "number" and c.distinct >= MEASURED]
    near = None
    if len(measured) >= MIN_MEASURED:
        names = {c.name for c in measured}
        # One at a time: all of them at once would be the whole table again.
        rounded = (_rounded(c) if c.name in names else c for c in plain)
        near = _counted(rounded)[0] - without
    return Repeats(whole, without, near, largest, naming)


def names_the_row(column: Column) -> bool:
    """Identifiers, and whole numbers or texts that are different in most rows."""
    whole = column.info.storage in {"integer", "text"} and column.info.role != "target"
    return column.info.role == "identifier" or (whole and column.distinct > 0.8 * column.present)


def _repeated(columns: Sequence[Column]) -> tuple[int, int]:
    """Rows that repeat an earlier one, and rows of the largest group of equal ones."""
    return _counted(columns) if columns and columns[0].rows else (0, 0)


def _counted(columns: Iterable[Column]) -> tuple[int, int]:
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
    place = np.append(np.unique(shown, return_inverse=True)[1].astype(np.int32), -1)
    return replace(column, codes=place[column.codes])
