"""The cells of a table that is laid out as a sheet: a worksheet, or a table of a web page."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, NamedTuple


class MergedRange(NamedTuple):
    """A range of merged cells, by its first and last row and column (from 1)."""

    first_row: int
    last_row: int
    first_column: int
    last_column: int


@dataclass
class Sheet:
    """The cells of a worksheet that have values, by row and column (from 1).

    Attributes:
        title: Name of the sheet.
        rows: Values by row and column, without empty cells.
        merged: Ranges of merged cells.
        hidden_rows: Hidden rows.
        hidden_columns: Hidden columns.
        errors: Counts of error values such as `#N/A`, which are missing.
        uncomputed: Columns of formulas without a stored value, with their number.
    """

    title: str
    rows: dict[int, dict[int, Any]] = field(default_factory=dict)
    merged: list[MergedRange] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    errors: Counter[str] = field(default_factory=Counter)
    uncomputed: Counter[int] = field(default_factory=Counter)

    @property
    def cells(self) -> int:
        """Number of cells with a value."""
        return sum(map(len, self.rows.values()))
