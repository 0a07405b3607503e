"""Columns that are copied from the rows to their predictions, such as the id of a row."""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from pipeweave_dagster.core.model.serving import as_text, exact_frame

_OWN = {"row_id", "model", "data_sha256", "run_id"}


def copied_columns(data: Path, keep: Sequence[str], taken: Collection[str]) -> dict[str, Any]:
    """Return the columns of `keep` that the rows have, as text; missing values stay missing.

    Args:
        data: The rows (Parquet).
        keep: Names of the columns.
        taken: Names of the columns of the predictions.
    """
    present = pq.read_schema(data).names
    wanted = [name for name in keep if name in present]
    rows = exact_frame(pq.read_table(data, columns=wanted, partitioning=None))
    names = copied_names(wanted, taken)
    return {names[name]: as_text(rows[name]) for name in wanted}


def copied_names(keep: Sequence[str], taken: Collection[str]) -> dict[str, str]:
    """Return under which name each column is copied, other than those of the predictions.

    Example:
        >>> copied_names(["id", "prediction"], ["prediction"])
        {'id': 'id', 'prediction': 'prediction_of_input'}
    """
    used, names = {*_OWN, *taken}, {}
    for name in keep:
        names[name] = name
        while names[name] in used:
            names[name] += "_of_input"
        used.add(names[name])
    return names


def not_copied_note(names: Sequence[str]) -> str:
    """Return the note on columns of `id` and `keep` that the rows lack."""
    return f"Not in the data, so not copied to the predictions: {', '.join(names[:30])}."
