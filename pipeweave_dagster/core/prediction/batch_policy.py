"""What is done with rows that differ from the training data."""

from pathlib import Path
from typing import Literal

from pydantic import Field

from pipeweave_dagster.core.documents import DatasetSettings, Part, TrainedModel
from pipeweave_dagster.core.documents.settings import UnseenPolicy


class BatchPolicy(Part):
    """The settings of a data set that decide how its batches are scored.

    Attributes:
        keep: Columns that are copied to the predictions.
        hashed: Columns whose values are hashed before they are copied.
        on_missing: Whether a batch without a column that the model uses is refused or scored.
        unseen: What is done with unseen categories, by column; others are scored as unknown.
        outside: Whether rows unlike the training rows are flagged, or not predicted either.
        coverage: Share of rows whose true value the interval or set of the prediction has.
    """

    keep: list[str] = Field(default_factory=list)
    hashed: list[str] = Field(default_factory=list)
    on_missing: Literal["refuse", "score"] = "refuse"
    unseen: dict[str, UnseenPolicy] = Field(default_factory=dict)
    outside: Literal["flag", "abstain"] = "flag"
    coverage: float = 0.9

    @property
    def abstains(self) -> bool:
        """Whether rows may get no prediction."""
        return self.outside == "abstain" or "abstain" in self.unseen.values()


class HeldRows(Part):
    """The files of a model that tell what its predictions are worth.

    Attributes:
        test_rows: Rows that the evaluated model has not learned from, with its predictions.
        reference: Features of a sample of the training rows.
    """

    test_rows: Path
    reference: Path


def policy_of(settings: DatasetSettings, trained: TrainedModel) -> BatchPolicy:
    """Return how batches of a data set are scored with a model."""
    return BatchPolicy(
        keep=settings.copied,
        hashed=[name for name, column in settings.columns.items() if column.privacy == "hash"],
        on_missing=settings.on_missing,
        unseen={
            name: column.unseen
            for name, column in settings.columns.items()
            if name in trained.features
        },
        outside=settings.outside,
        coverage=settings.coverage,
    )
