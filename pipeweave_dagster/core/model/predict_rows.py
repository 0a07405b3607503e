"""Predict rows of any form with a model and its reading, and report what was read otherwise.

The source is copied beside exported and registered models.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import pandas as pd

from pipeweave_dagster.core.hidden_values import notes_without_values
from pipeweave_dagster.core.model.bundle_scores import score
from pipeweave_dagster.core.model.column_places import column_places
from pipeweave_dagster.core.model.frame_cells import as_frame
from pipeweave_dagster.core.model.lacking_columns import lacking_text, require_columns
from pipeweave_dagster.core.model.read_frame import read_frame
from pipeweave_dagster.core.model.unseen_categories import unseen_categories, unseen_note


class PredictedRows(NamedTuple):
    """Predictions, and what the user should know of the rows.

    Attributes:
        predictions: `prediction` and, for classes, `probability_<class>`; a row per input row.
        notes: Absent and blank columns, values set to missing, unseen categories, other forms.
    """

    predictions: pd.DataFrame
    notes: list[str]


def predict_rows(
    bundle: dict[str, Any],
    reading: dict[str, Any],
    rows: Any,
    key: str | None = None,
    *,
    refuse: bool = False,
) -> PredictedRows:
    """Read rows as the training data was read, and predict them.

    Args:
        bundle: The model, see `bundle_file.load_bundle`.
        reading: How the training data was read, see `read_frame.read_frame`.
        rows: A data frame, a list of dicts, a dict of lists, or an array.
        key: The key of columns that were hashed for training.
        refuse: Whether rows that lack a column of the model are refused, not scored with it as
            missing.

    Raises:
        ColumnsError: The columns do not fit the training table, or the key is missing.
    """
    frame = as_frame(rows)
    lacking = lacking_keys(reading, rows, frame)
    if refuse:
        require_columns(reading, frame, lacking)
    read = read_frame(reading, frame, key)
    unseen = unseen_categories(bundle, read.rows)
    absent = [c["name"] for c in reading["columns"] if c["name"] not in read.rows]
    notes = [absent_note(absent)] if absent else []
    notes += [lacking_note(lacking)] if lacking else []
    hidden = reading.get("hidden", ())
    notes += notes_without_values(read.notes, hidden)
    notes += [blank_note(name) for name in read.blank]
    notes += [unseen_note(name, found, hidden=name in hidden) for name, found in unseen.items()]
    return PredictedRows(score(bundle, read.rows), notes)


def absent_note(names: list[str]) -> str:
    """Return the note on columns that the rows lack."""
    return f"Absent columns, treated as missing values: {', '.join(names[:30])}."


def lacking_keys(reading: dict[str, Any], rows: Any, frame: pd.DataFrame) -> dict[int, list[str]]:
    """Return, by number of the row, the columns that single records lack and other records have.

    A data frame of such records has missing values there, as if the records had them.

    Args:
        reading: How the training data was read, see `read_frame.read_frame`.
        rows: The rows as they were given; only lists of records can lack keys.
        frame: The rows as a data frame.
    """
    if not isinstance(rows, list | tuple) or not all(isinstance(row, Mapping) for row in rows):
        return {}
    keys = {name: frame.columns[j] for name, j in column_places(reading, frame).items()}
    found = {}
    for number, row in enumerate(rows):
        if lacking := [name for name, key in keys.items() if key not in row]:
            found[number] = lacking
    return found


def lacking_note(lacking: dict[int, list[str]]) -> str:
    """Return the note on columns that single records lack."""
    return f"Some rows lack columns, treated as missing values: {lacking_text(lacking)}."


def blank_note(name: str) -> str:
    """Return the note on a column without any value."""
    return f"{name}: no row has a value; the training data had values."
