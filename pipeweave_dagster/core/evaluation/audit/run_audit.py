"""The audit of a model beyond its test rows: what its parts share, each read or made only once."""

import logging
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from pipeweave_dagster.core.documents import (
    Canary,
    Curve,
    Period,
    PipelineSpec,
    Stability,
    TrainedModel,
)
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.evaluation.audit.canary import CRITICAL_Z, run_canary
from pipeweave_dagster.core.evaluation.audit.learning_curve import learning_curve
from pipeweave_dagster.core.evaluation.audit.periods import periods
from pipeweave_dagster.core.evaluation.audit.probe import Probe, probe_like
from pipeweave_dagster.core.evaluation.audit.stability import stability, stability_of_probes
from pipeweave_dagster.core.metrics.scored_test import ScoredTest
from pipeweave_dagster.core.pace import Pace
from pipeweave_dagster.core.training.data.input_table import Table, read_table
from pipeweave_dagster.core.training.data.row_sample import sample_rows
from pipeweave_dagster.core.training.data.training_set import TrainingSet, make_training_set

_log = logging.getLogger(__name__)

_ROWS, _READ_ROWS = 10_000, 20_000
_EXPLAINED_ROWS = 200


@dataclass
class Audit:
    """The parts of an audit, on at most 10,000 rows; each can fail on its own.

    Attributes:
        trained: The document of the model.
        spec: Its pipeline.
        data: The typed table (Parquet) it was trained on.
        scored: Its test rows.
    """

    trained: TrainedModel
    spec: PipelineSpec
    data: Path
    scored: ScoredTest

    @cached_property
    def _table(self) -> Table:
        """A sample of the rows, which is read sooner; all of them where their times are needed."""
        most = self.trained.rows_fit
        if self.spec.split.kind != "time":
            most = min(most or _READ_ROWS, _READ_ROWS)
        return read_table(self.spec, self.data, most)

    @cached_property
    def _training_set(self) -> TrainingSet:
        return make_training_set(self.spec, sample_rows(self._table, _ROWS), self.trained.seed)

    @cached_property
    def _probe(self) -> Probe:
        """The quick learner most similar to the family with the largest weight in the model."""
        weights: dict[str, float] = {}
        for member in self.trained.recipe:
            weights[member.family] = weights.get(member.family, 0.0) + member.weight
        return probe_like(max(weights, key=lambda name: weights[name], default="linear"))

    def canary(self, pace: Pace) -> Canary:
        """Run the leak canary; if it fails, it cannot tell, and says why."""
        try:
            return run_canary(self.spec, self._table, pace)
        except Exception as error:  # noqa: BLE001 - a canary that fails must not cost the model
            message = f"No leak canary: {reason_of(error)}"
        return Canary(state="cannot tell", critical=CRITICAL_Z, rows=0, message=message)

    def curve(self, pace: Pace) -> Curve | None:
        """Return the learning curve of a quick learner."""
        problem = self._training_set.problem
        return learning_curve(problem, self.trained.metric, self._probe, pace)

    def stability(self, bundle: dict[str, Any], pace: Pace) -> Stability | None:
        """Compare members of the model on other rows; quick learners, if it has no two of a kind.

        Args:
            bundle: The model that was evaluated.
            pace: Time limit.
        """
        rows = self.scored.features.iloc[:_EXPLAINED_ROWS]
        found = stability(bundle, rows, pace)
        if found is not None or pace.is_cut:
            return found
        return stability_of_probes(self._training_set, self._probe, rows, pace)

    def periods(self, pace: Pace) -> list[Period]:
        """Score periods from earlier ones; nothing if rows are not split by time."""
        return periods(self._table, self._training_set, self.scored, self._probe, pace)


def reason_of(error: Exception) -> str:
    """Return why a part of an evaluation is missing, as a sentence; log unexpected errors."""
    if isinstance(error, PipeWeaveError):
        return error.message
    _log.error("a part of the evaluation failed", exc_info=error)
    return f"{type(error).__name__}."
