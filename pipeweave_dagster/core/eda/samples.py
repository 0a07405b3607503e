"""The first rows, where a person has allowed to show any."""

from collections.abc import Callable
from typing import Any

from pipeweave_dagster.core.columns.column import Column
from pipeweave_dagster.core.eda.categories import CLIP

MOST_ROWS = 50
MOST_COLUMNS = 40


def sample_rows(
    columns: list[Column], rows: int, hidden: Callable[[Column], bool]
) -> dict[str, Any] | None:
    """The first rows as text; identifiers and personal columns are never among them.

    Args:
        columns: The columns in the order of the file.
        rows: How many rows are allowed; 0 for none.
        hidden: Whether a column may not be shown.
    """
    if rows < 1 or not columns:
        return None
    open_ = [column for column in columns if not hidden(column)][:MOST_COLUMNS]
    count = min(rows, MOST_ROWS, columns[0].rows)
    return {
        "columns": [column.name for column in open_],
        "rows": [[_cell(column, row) for column in open_] for row in range(count)],
        "hidden": len(columns) - len(open_),
    }


def _cell(column: Column, row: int) -> str | None:
    code = int(column.codes[row])
    return None if code < 0 else column.labels[code][:CLIP]
