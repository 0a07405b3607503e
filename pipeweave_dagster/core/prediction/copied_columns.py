"""Columns that are copied from the rows to their predictions, such as the id of a row."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import pandas as pd

from pipeweave_dagster.core.model.column_names import fold_name
from pipeweave_dagster.core.model.column_values import as_text

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


def found_columns(keep: Sequence[str], present: Sequence[str]) -> dict[str, str]:
    """Return the columns to copy that the rows have, with their names there.

    Example:
        >>> found_columns(["id", "Unit Price"], ["unit  price", "x"])
        {'Unit Price': 'unit  price'}
    """
    folded = {fold_name(name): name for name in reversed(present)}
    found = {name: name if name in present else folded.get(fold_name(name)) for name in keep}
    return {name: own for name, own in found.items() if own is not None}


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


def copied_types(types: Mapping[str, str], names: Collection[str]) -> dict[str, str]:
    """Return the types of copied columns by the names that they have in the predictions.

    Args:
        types: Type by column of the rows; only those that are copied.
        names: The columns of the predictions, with those that are copied.

    Example:
        >>> copied_types({"id": "integer", "prediction": "text"}, ["id", "prediction_of_input"])
        {'id': 'integer', 'prediction_of_input': 'text'}
    """
    found = {}
    for name, kind in types.items():
        renamed = f"{name}_of_input"
        own = renamed in names and renamed not in types
        found[renamed if own else name] = kind
    return {name: kind for name, kind in found.items() if name in names and name not in _OWN}


def not_copied_note(names: Sequence[str]) -> str:
    """Return the note on columns of `id` and `keep` that the rows lack."""
    return f"Not in the data, so not copied to the predictions: {', '.join(names[:30])}."
