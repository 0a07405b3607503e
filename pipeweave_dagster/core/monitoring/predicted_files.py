"""Where the outputs of a model are that are compared for drift."""

from pathlib import Path

from pipeweave_dagster.core.documents import Part


class PredictedFiles(Part):
    """The outputs of a model for a batch and for its test rows.

    Attributes:
        target: Name of the target.
        classes: The classes, none for numbers.
        batch: Parquet file of the predictions for the batch.
        test_rows: Parquet file of those for the test rows.
    """

    target: str
    classes: list[str]
    batch: Path
    test_rows: Path

    @property
    def name(self) -> str:
        """What they are called among the columns of a drift report."""
        return f"{self.target} (predicted)"
