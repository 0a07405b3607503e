"""What is laid over the mean of a model's members: a stack, calibration, memory of copies."""

from typing import Any, NamedTuple

import numpy as np

from pipeweave_dagster.core.documents import Stack
from pipeweave_dagster.core.metrics.decision_costs import cheapest_threshold
from pipeweave_dagster.core.metrics.metrics import Array
from pipeweave_dagster.core.model.serving import FrameEntry, remember, tempered
from pipeweave_dagster.core.training.data.split import Index
from pipeweave_dagster.core.training.data.training_set import TrainingSet
from pipeweave_dagster.core.training.ensemble.bundle import bundle_of
from pipeweave_dagster.core.training.ensemble.calibration import fit_temperature
from pipeweave_dagster.core.training.ensemble.duplicate_rows import fit_lookup_trust
from pipeweave_dagster.core.training.ensemble.refit import Part


class Postprocessing(NamedTuple):
    """How sure probabilities are made, how far copies of known rows are trusted, and so on."""

    temperature: float | None = None
    trust: float | None = None
    threshold: float | None = None
    stack: Stack | None = None

    @property
    def notes(self) -> list[str]:
        """What a reader of the model should know of them."""
        notes = []
        if self.stack is not None:
            notes.append(
                f"{self.stack.share:.0%} of each answer is the weighted mean of "
                f"{len(self.stack.candidates)} candidates, the rest what a regression makes of "
                "their answers (stacking)."
            )
        if self.temperature is not None:
            notes.append(f"Probabilities are calibrated (temperature {self.temperature:.2f}).")
        if self.trust is not None:
            notes.append(
                "Many rows are exact copies with equal targets, so a row that copies a known one "
                f"is answered by {self.trust:.0%} with what was seen. Scores are those of new rows."
            )
        if self.threshold is not None:
            notes.append(
                f"A row is told to be positive from a probability of {self.threshold:.3g} on: the "
                "cheapest threshold for the given costs on rows that the models did not see."
            )
        return notes


def fit_postprocessing(
    training_set: TrainingSet, oof: Array, stack: Stack | None = None
) -> Postprocessing:
    """Decide all on the output of models (stacked already) for rows that they did not see."""
    problem = training_set.problem
    hashed = (
        training_set.spec.split.kind == "hash" and problem.weight is None and not problem.monotone
    )
    # The memory goes by the features of the pipeline; those that the search made repeat them.
    features = training_set.features.iloc[training_set.split.train]
    heat = None
    if problem.classes:
        heat = fit_temperature(problem.y, oof, problem.weight, problem.seed, problem.groups)
    return Postprocessing(
        heat,
        fit_lookup_trust(features, problem.y, oof, problem.classes) if hashed else None,
        _threshold(training_set, oof, heat),
        stack,
    )


def _threshold(training_set: TrainingSet, oof: Array, heat: float | None) -> float | None:
    """Where two classes and the costs of errors are given."""
    if training_set.spec.costs is None or training_set.problem.classes != 2:
        return None
    seen = ~np.isnan(oof).any(axis=1)
    proba = oof[seen] if heat is None else tempered(oof[seen], heat)
    return cheapest_threshold(
        training_set.problem.y[seen] == 1, proba[:, 1], training_set.spec.costs
    )


def build_bundle(
    training_set: TrainingSet,
    crosses: list[FrameEntry],
    parts: list[Part],
    postprocessing: Postprocessing,
    rows: Index,
) -> dict[str, Any]:
    """What the model file holds; `rows` are those that its members learned from."""
    members = [part.bundled for part in parts]
    if postprocessing.stack is not None:
        # Each says by itself which candidate it is, for those who ask a few members only.
        for member, part in zip(members, parts, strict=True):
            member["candidate"] = postprocessing.stack.candidates.index(part.recipe.name)
    found = bundle_of(
        training_set.spec.task, training_set.table.classes, [*training_set.frame, *crosses], members
    )
    if postprocessing.temperature is not None:
        found["temperature"] = postprocessing.temperature
    if postprocessing.stack is not None:
        found["stack"] = _stored(postprocessing.stack)
    if postprocessing.threshold is not None:
        found["threshold"] = postprocessing.threshold
    if postprocessing.trust is not None:
        known, classes = training_set.features.iloc[rows], len(training_set.table.classes)
        found["memory"] = remember(known, training_set.table.y[rows], classes, postprocessing.trust)
    return found


def _stored(stack: Stack) -> dict[str, Any]:
    """The stack as scoring takes it."""
    return {
        "candidates": len(stack.candidates),
        "coef": np.array(stack.coef),
        "intercept": np.array(stack.intercept),
        "share": stack.share,
    }
