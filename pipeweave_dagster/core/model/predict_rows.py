"""Predict rows of any form with a model and its reading, and report what was read otherwise.

The source is copied beside exported and registered models.
"""

from typing import Any, NamedTuple

import pandas as pd

from pipeweave_dagster.core.model.read_frame import read_frame
from pipeweave_dagster.core.model.serving import score
from pipeweave_dagster.core.model.unseen_categories import unseen_categories, unseen_note


class PredictedRows(NamedTuple):
    """Predictions, and what the user should know of the rows.

    Attributes:
        predictions: `prediction` and, for classes, `probability_<class>`; a row per input row.
        notes: Absent and blank columns, values set to missing, unseen categories, other forms.
    """

    predictions: pd.DataFrame
    notes: list[str]


def predict_rows(bundle: dict[str, Any], reading: dict[str, Any], rows: Any) -> PredictedRows:
    """Read rows as the training data was read, and predict them.

    Args:
        bundle: The model, see `serving.load_bundle`.
        reading: How the training data was read, see `read_frame.read_frame`.
        rows: A data frame, a list of dicts, a dict of lists, or an array.

    Raises:
        ColumnsError: The columns do not fit the training table.
    """
    read = read_frame(reading, rows)
    unseen = unseen_categories(bundle, read.rows)
    absent = [c["name"] for c in reading["columns"] if c["name"] not in read.rows]
    notes = [*([absent_note(absent)] if absent else []), *read.notes]
    notes += [blank_note(name) for name in read.blank]
    notes += [unseen_note(name, found) for name, found in unseen.items()]
    return PredictedRows(score(bundle, read.rows), notes)


def absent_note(names: list[str]) -> str:
    """Return the note on columns that the rows lack."""
    return f"Absent columns, treated as missing values: {', '.join(names[:30])}."


def blank_note(name: str) -> str:
    """Return the note on a column without any value."""
    return f"{name}: no row has a value; the training data had values."
