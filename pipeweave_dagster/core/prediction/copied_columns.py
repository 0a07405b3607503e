"""Columns that are copied from the rows to their predictions, such as the id of a row."""

from collections.abc import Collection, Sequence
from typing import Any

import pandas as pd

from pipeweave_dagster.core.model.serving import as_text

_OWN = {"row_id", "model", "data_sha256", "run_id"}


def copied_columns(
    rows: pd.DataFrame, keep: Sequence[str], taken: Collection[str]
) -> dict[str, Any]:
    """Return columns of the rows as text; missing values stay missing.

    Args:
        rows: The rows.
        keep: Names of the columns.
        taken: Names of the columns of the predictions.
    """
    names = copied_names(keep, taken)
    return {names[name]: as_text(rows[name]) for name in keep}


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
