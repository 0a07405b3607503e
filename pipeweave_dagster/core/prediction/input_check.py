"""Check the columns of a batch before it is scored."""

from collections.abc import Sequence
from typing import NamedTuple

from pipeweave_dagster.core.documents import TrainedModel
from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.model.lacking_columns import (
    lacking_error,
    missing_text,
    near_columns,
)
from pipeweave_dagster.core.model.predict_rows import absent_note

_SHOWN = 30


class InputColumns(NamedTuple):
    """The columns of a batch: those that the model uses, those it lacks, and all others."""

    wanted: list[str]
    missing: list[str]
    ignored: list[str]


def check_columns(
    trained: TrainedModel, present: Sequence[str], keep: Sequence[str], *, refuse: bool
) -> InputColumns:
    """Compare the columns of a batch with those of the model.

    Args:
        trained: The model.
        present: Names of the columns of the batch, those of the model as it names them.
        keep: Columns that are copied.
        refuse: Whether every column of the model is required, not just one.

    Raises:
        PipeWeaveError: VALIDATION_ERROR that names the missing columns, and columns of the batch
            with a similar name. Details: `missing`, `columns`, and `near` by missing column.
    """
    found = InputColumns(
        [name for name in trained.features if name in present],
        [name for name in trained.features if name not in present],
        [name for name in present if name not in trained.features and name not in keep],
    )
    others = [name for name in found.ignored if name != trained.target]
    near = near_columns(found.missing, others) if refuse or not found.wanted else {}
    if not found.wanted:
        pairs = [f" `{name}` may be `{other}`." for name, other in near.items()]
        needed = "all" if refuse else "any"
        raise validation_error(
            f"The data has none of the columns that the model uses.{''.join(pairs[:_SHOWN])}",
            fix=f"Provide {needed} of: {', '.join(trained.features[:_SHOWN])}.",
            columns=list(present)[:100],
            missing=found.missing,
            near=near,
        )
    if found.missing and refuse:
        raise validation_error(
            missing_text(found.missing, near),
            fix="Add or rename the columns; or set `on_missing: score` in pipeweave.yaml, so that"
            " they count as missing values.",
            columns=list(present)[:100],
            missing=found.missing,
            near=near,
        )
    return found


def refuse_lacking(lacking: dict[int, list[str]]) -> None:
    """Refuse records that lack columns which other records of the same request have.

    Args:
        lacking: The columns that records lack, by number of the row.

    Raises:
        PipeWeaveError: VALIDATION_ERROR that names rows and columns. Details: `missing` and `row`.
    """
    if lacking:
        row, missing = next(iter(lacking.items()))
        raise validation_error(
            lacking_error(lacking),
            fix="Give every row all columns, null where a value is missing; or set"
            " `on_missing: score` in pipeweave.yaml, so that they count as missing values.",
            missing=missing[:100],
            row=row,
        )


def column_notes(columns: InputColumns, trained: TrainedModel) -> list[str]:
    """Return what the user should know of missing, further and reordered columns."""
    notes = []
    if columns.missing:
        notes.append(absent_note(columns.missing))
    others = [name for name in columns.ignored if name != trained.target]
    if others:
        notes.append(f"Ignored columns that the model does not use: {', '.join(others[:_SHOWN])}.")
    if trained.target in columns.ignored:
        notes.append(f"The data contains the target `{trained.target}`; it was not used.")
    return notes
