"""Sample rows, where the user allows them."""

from collections.abc import Callable
from typing import Any

from pipeweave_dagster.core.columns.column import Column
from pipeweave_dagster.core.eda.categories import CLIP

MOST_ROWS = 50
MOST_COLUMNS = 40


def sample_rows(
    columns: list[Column], rows: int, hidden: Callable[[Column], bool]
) -> dict[str, Any] | None:
    """Return the first rows as text, without identifiers and columns with personal data.

    Args:
        columns: The columns in the order of the file.
        rows: Number of rows to show; 0 for none.
        hidden: Whether a column must not be shown.
    """
    if rows < 1 or not columns:
        return None
    shown = [column for column in columns if not hidden(column)][:MOST_COLUMNS]
    count = min(rows, MOST_ROWS, columns[0].rows)
    return {
        "columns": [column.name for column in shown],
        "rows": [[_cell(column, row) for column in shown] for row in range(count)],
        "hidden": len(columns) - len(shown),
    }


def _cell(column: Column, row: int) -> str | None:
    code = int(column.codes[row])
    return None if code < 0 else column.labels[code][:CLIP]
