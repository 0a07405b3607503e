"""The columns of `keep` that the training table lacks."""

from pipeweave_dagster.core.documents import DatasetSettings, DatasetSnapshot
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.schema.column_lookup import find_column


def kept_column_notes(settings: DatasetSettings, snapshot: DatasetSnapshot) -> list[str]:
    """Return a note for each column to keep that the table lacks.

    It is no error, since a column may be in the batches alone.
    """
    notes = []
    for name in settings.keep:
        try:
            find_column(name, snapshot, "The column to keep")
        except PipeWeaveError as error:
            notes.append(
                f"keep: {name!r} is not a column of this version; it is copied to the predictions "
                f"only of batches that have it. {error.fix}".strip()
            )
    return notes
