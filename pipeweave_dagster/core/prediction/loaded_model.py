"""A model in memory, with what its test rows and training rows tell of rows to score."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from pipeweave_dagster.core.documents import TrainedModel
from pipeweave_dagster.core.model.stored_model import load_model
from pipeweave_dagster.core.model.unseen_categories import known_categories
from pipeweave_dagster.core.prediction.batch_policy import BatchPolicy, HeldRows
from pipeweave_dagster.core.prediction.intervals import Intervals, learn_intervals
from pipeweave_dagster.core.prediction.outside_training import TrainingRegion, learn_region


class LoadedModel:
    """A model, loaded once for many blocks of rows or requests.

    Args:
        model: The model file.
        trained: Its document.
        policy: What is done with rows that differ from the training data; without it there are
            predictions alone.
        held: Test and training rows of the model.
    """

    def __init__(
        self,
        model: Path,
        trained: TrainedModel,
        policy: BatchPolicy | None = None,
        held: HeldRows | None = None,
    ) -> None:
        self.bundle: dict[str, Any] = load_model(model)
        self.known = known_categories(self.bundle)
        self.trained, self.policy = trained, policy
        self.intervals: Intervals | None = None
        self._reference = held.reference if policy and held else None
        self._regions = lru_cache(maxsize=16)(self._learned_region)
        if policy and held:
            self.intervals = learn_intervals(held.test_rows, trained.classes, policy.coverage)

    def region(self, columns: list[str]) -> TrainingRegion | None:
        """Return where the training rows are, by the columns that the rows to score have."""
        return self._regions(tuple(columns))

    def _learned_region(self, columns: tuple[str, ...]) -> TrainingRegion | None:
        return learn_region(self._reference, list(columns)) if self._reference else None
