"""Missing values of a column, with the values that seem to be placeholders for them."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from pipeweave_dagster.core.columns.column import Column
from pipeweave_dagster.core.eda.number_summary import figure
from pipeweave_dagster.core.number_format import number
from pipeweave_dagster.core.quality.guardrails.missing.placeholders import placeholder_codes


@dataclass(frozen=True)
class Absent:
    """Missing values of a column.

    Attributes:
        rows: Number of rows without a value, placeholders included.
        codes: Codes of the placeholders.
        words: The placeholders, as the report shows them.
    """

    rows: int
    codes: tuple[int, ...] = ()
    words: tuple[str, ...] = ()

    def mask(self, column: Column) -> Any:
        """Return whether each row is missing, shape (rows,)."""
        missing = column.codes < 0
        for code in self.codes:
            missing |= column.codes == code
        return missing

    def entry(self, column: Column) -> dict[str, Any]:
        """Return the column's entry in the section on missing values."""
        share = figure(self.rows / column.rows)
        entry = {"name": column.name, "missing": self.rows, "share": share}
        return {**entry, "stands_for_missing": list(self.words)} if self.words else entry


def absent_values(column: Column, sentinel: tuple[float, int] | None) -> Absent:
    """Return the missing values of a column.

    Args:
        column: The column; in one with personal data no placeholders are sought.
        sentinel: An extreme number far from all others, and its rows; None without one.
    """
    if column.info.pii:
        return Absent(column.missing)
    if sentinel is not None and column.numbers is not None:
        value, rows = sentinel
        code = int(np.searchsorted(column.numbers, value))
        return Absent(column.missing + rows, (code,), (number(value),))
    codes = placeholder_codes(column)
    rows = column.missing + int(sum(column.counts[code] for code in codes))
    words = tuple(column.labels[code][:20] for code in codes[:3])
    return Absent(rows, tuple(codes), words)
