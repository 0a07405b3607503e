"""One column as integer codes over its sorted distinct values."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from pipeweave_dagster.core.documents import ColumnDeduction, StorageType

Codes = NDArray[np.int32]
Counts = NDArray[np.int64]
Floats = NDArray[np.float64]

ORDERED: frozenset[StorageType] = frozenset({"integer", "number", "date", "datetime", "time"})


class DistinctValues:
    """What follows from the distinct values of a column and their rows."""

    counts: Counts
    text: Callable[[], list[str]]

    @property
    def distinct(self) -> int:
        """Number of distinct values, without missing."""
        return len(self.counts)

    @cached_property
    def present(self) -> int:
        """Number of rows with a value."""
        return int(self.counts.sum())

    @cached_property
    def labels(self) -> list[str]:
        """The distinct values as text, in the same order."""
        return self.text()


@dataclass(frozen=True)
class Column(DistinctValues):
    """A column of n rows with k distinct values.

    Attributes:
        info: Its entry in the schema.
        codes: Shape (n,): the index of each row's value among the distinct values, -1 if missing.
        counts: Shape (k,): rows of each distinct value.
        numbers: Shape (k,), ascending: the distinct values as numbers (dates and times as seconds
            since 1970 or midnight); None for text.
        text: Returns the distinct values as strings; only called when they are shown.
    """

    info: ColumnDeduction
    codes: Codes
    counts: Counts
    numbers: Floats | None
    text: Callable[[], list[str]] = field(repr=False)

    @property
    def name(self) -> str:
        """Name of the column, unique in its table."""
        return self.info.name

    @property
    def rows(self) -> int:
        """Number of rows, including missing ones."""
        return len(self.codes)

    @property
    def ordered(self) -> bool:
        """Whether the values are ordered (numbers, dates, times); codes of 16 digits are not."""
        return self.numbers is not None and self.info.storage in ORDERED and not self._is_code

    @cached_property
    def _is_code(self) -> bool:
        """Whether the numbers are categories that float64 does not tell apart."""
        if self.numbers is None or self.info.type != "categorical" or not len(self.numbers):
            return False
        return self.info.storage == "integer" and bool(np.abs(self.numbers).max() >= 2**53)

    @property
    def missing(self) -> int:
        """Number of rows without a value."""
        return self.rows - self.present

    def values(self) -> Floats:
        """Return the numbers row by row, NaN where missing; shape (n,) (TypeError for text)."""
        if self.numbers is None:
            raise TypeError(self.name)
        return np.append(self.numbers, np.nan)[self.codes]
