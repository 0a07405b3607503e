"""One of two models that are compared on a batch."""

from pathlib import Path

from pipeweave_dagster.core.documents import Part, TrainedModel


class Side(Part):
    """A model: its document and files: itself, as it was evaluated, test rows, training rows.

    `table` is the typed table that it was trained with, None if it was not kept.
    """

    trained: TrainedModel
    model: Path
    evaluated: Path
    test_rows: Path
    reference: Path
    table: Path | None = None
