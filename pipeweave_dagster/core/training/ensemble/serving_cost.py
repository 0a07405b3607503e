"""What a model costs to serve: the size of its file, and the time that one row takes."""

import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

from pipeweave_dagster.core.documents import Comparison
from pipeweave_dagster.core.model.row_time import row_ms
from pipeweave_dagster.core.model.stored_model import load_model
from pipeweave_dagster.core.number_format import compared
from pipeweave_dagster.core.training.artifacts.model_files import MODEL, write_bundle
from pipeweave_dagster.core.training.data.training_set import TrainingSet
from pipeweave_dagster.core.training.ensemble.build import Ensemble
from pipeweave_dagster.core.training.ensemble.fold_models import fold_members
from pipeweave_dagster.core.training.ensemble.single_model import SingleModel
from pipeweave_dagster.core.training.search.budget import TimeBudget

_MB = 1 << 20
_STORE_S = 1.0
"""Seconds before the end of the budget from which on no file is written to be measured."""


class ServingCost(NamedTuple):
    """MB of the model file, and milliseconds of processor time for one row on this machine."""

    size_mb: float
    row_ms: float

    def __str__(self) -> str:
        return f"{self.size_mb:.3g} MB and {self.row_ms:.2g} ms per row on this machine"


def serving_note(
    training_set: TrainingSet,
    ensemble: Ensemble,
    bundle: dict[str, Any],
    model: Path,
    budget: TimeBudget,
) -> str:
    """Return what became of the wish for one model to serve, and what the model costs.

    Empty without the wish.

    Args:
        training_set: The table, of which a row is predicted.
        ensemble: The model, and the candidate that was compared with it.
        bundle: The final model in memory.
        model: Its file.
        budget: What is left of it may be used to measure the alternative.
    """
    if training_set.spec.train_for != "serving":
        return ""
    cost, single = cost_of(model, training_set), ensemble.single
    if ensemble.one_model:
        if single is None:
            return f"It is one model, for serving: {cost}."
        if not single.replaces:  # the others of the ensemble were dropped for lack of time
            return f"There was time for only one model of the ensemble. It takes {cost}."
        return f"{_replaced(single, training_set.spec.metric)} It takes {cost}."
    if single is None:
        return f"One model was wanted for serving, but none could be compared. This takes {cost}."
    alone = _cost_alone(training_set, single, bundle, budget)
    other = f"; `{single.result.candidate.name}` alone would take {alone}" if alone else ""
    return f"{_kept(single, training_set.spec.metric)} The ensemble takes {cost}{other}."


def cost_of(model: Path, training_set: TrainingSet) -> ServingCost:
    """Return what a model file costs, by predicting a row of the table as a server would."""
    size_mb = model.stat().st_size / _MB
    took = row_ms(load_model(model), training_set.table.raw, clock=time.thread_time)
    return ServingCost(size_mb, took)


def _replaced(single: SingleModel, metric: str) -> str:
    return (
        f"For serving, `{single.result.candidate.name}` alone replaces an ensemble of "
        f"{single.members} models, because it is not significantly worse on "
        f"{_rows(single.comparison)}: in {metric} it is {_difference(single.comparison)}."
    )


def _kept(single: SingleModel, metric: str) -> str:
    return (
        f"One model was wanted for serving, but the best one, `{single.result.candidate.name}`, is "
        f"significantly worse than the ensemble on {_rows(single.comparison)}: in {metric} "
        f"it is {_difference(single.comparison)}."
    )


def _rows(comparison: Comparison) -> str:
    return f"{comparison.rows:,} rows held out by the folds"


def _difference(comparison: Comparison) -> str:
    return compared(comparison.difference, comparison.low, comparison.high)


def _cost_alone(
    training_set: TrainingSet, single: SingleModel, bundle: dict[str, Any], budget: TimeBudget
) -> ServingCost | None:
    """Return what the model of one fold of the candidate takes; None without time to store it."""
    parts = fold_members([(single.result, 1.0)], 0, budget.until_end_s, 1)
    if not parts or budget.until_end_s < _STORE_S:
        return None
    alone = {**bundle, "members": [part.bundled for part in parts]}
    alone.pop("stack", None)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / MODEL
        write_bundle(alone, file)
        return cost_of(file, training_set)
