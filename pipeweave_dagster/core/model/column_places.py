"""Where rows have the columns that a model uses.

The source is copied beside exported and registered models.
"""

from typing import Any

import pandas as pd

from pipeweave_dagster.core.model.column_names import ColumnsError, match_columns


def column_places(reading: dict[str, Any], frame: pd.DataFrame) -> dict[str, int]:
    """Return the position in a frame of each column that the model uses and the frame has.

    Raises:
        ColumnsError: As `read_frame`.
    """
    nameless = is_nameless(frame)
    names = ["" if nameless or name is None else str(name) for name in frame.columns]
    required = {c["name"]: c["original_name"] for c in reading["columns"]}
    wanted = ", ".join(list(required)[:30])
    try:
        places = match_columns(names, required, reading["table"], reading["target"])
    except ColumnsError as error:
        raise ColumnsError(f"The table {error}: {', '.join(reading['table'][:30])}.") from error
    if not places:
        raise ColumnsError(
            f"The rows have none of the columns that the model uses. They have:"
            f" {', '.join(names[:30])}. Provide any of: {wanted}."
        )
    return places


def is_nameless(frame: pd.DataFrame) -> bool:
    """Return whether the columns of a frame have numbers instead of names."""
    return frame.columns.equals(pd.RangeIndex(frame.shape[1]))
