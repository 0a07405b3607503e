"""How many of its values a column has only once or a few times."""

from pipeweave_dagster.core.documents import ColumnDeduction

MOST_CATEGORIES = 0.5
"""Texts with more distinct values per row than this are read by their words."""


def unique_share(column: ColumnDeduction, rows: int) -> float:
    """Return the distinct values per row that has a value.

    Args:
        column: The deduced column.
        rows: Number of rows of the table.
    """
    return column.distinct / max(rows - column.missing, 1)
