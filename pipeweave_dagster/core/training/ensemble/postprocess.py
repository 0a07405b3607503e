"""What follows the members' mean: stack, calibration, threshold and duplicate-row lookup."""

from typing import Any, NamedTuple

import numpy as np

from pipeweave_dagster.core.documents import Stack
from pipeweave_dagster.core.metrics.decision_costs import cheapest_threshold
from pipeweave_dagster.core.metrics.metrics import Array
from pipeweave_dagster.core.model.bundle_scores import tempered
from pipeweave_dagster.core.model.duplicate_lookup import duplicate_row_lookup
from pipeweave_dagster.core.model.frame_entry import FrameEntry
from pipeweave_dagster.core.pipelines.relative_features import USE as RELATIVE
from pipeweave_dagster.core.training.data.split import Index
from pipeweave_dagster.core.training.data.training_set import TrainingSet
from pipeweave_dagster.core.training.ensemble.bundle import (
    FittedMember,
    bundle_of,
    prepared_names,
)
from pipeweave_dagster.core.training.ensemble.calibration import fit_temperature
from pipeweave_dagster.core.training.ensemble.duplicate_rows import fit_lookup_trust
from pipeweave_dagster.core.training.search.ensemble_policy import (
    DEFAULT_ENSEMBLE_POLICY,
    EnsemblePolicy,
)


class Postprocessing(NamedTuple):
    """Steps after the members' mean, None where they are left out.

    Attributes:
        temperature: Calibrates the probabilities.
        trust: Weight of the duplicate-row lookup.
        threshold: Probability from which a row is predicted positive.
        stack: Regression of the members' outputs.
    """

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
                f"{self.stack.share:.0%} of each prediction is the weighted mean of "
                f"{len(self.stack.candidates)} candidates, the rest a regression of their "
                "predictions (stacking)."
            )
        if self.temperature is not None:
            notes.append(f"Probabilities are calibrated (temperature {self.temperature:.2f}).")
        if self.trust is not None:
            notes.append(
                "Many rows are exact copies with equal targets, so the prediction of a row that "
                f"copies a known one is {self.trust:.0%} the target seen there (duplicate-row "
                "lookup). Scores are those of new rows."
            )
        if self.threshold is not None:
            notes.append(
                f"A row is predicted positive from a probability of {self.threshold:.3g}: the "
                "threshold with the lowest cost on rows that the models did not see."
            )
        return notes


def fit_postprocessing(
    training_set: TrainingSet,
    oof: Array,
    stack: Stack | None = None,
    policy: EnsemblePolicy = DEFAULT_ENSEMBLE_POLICY,
) -> Postprocessing:
    """Fit all steps on out-of-fold output (the stack is in it already)."""
    problem = training_set.problem
    hashed = training_set.spec.split.kind == "hash"
    can_look_up = hashed and problem.weight is None and not problem.monotone
    temperature = trust = None
    if problem.classes:
        temperature = fit_temperature(
            problem.y, oof, problem.weight, problem.seed, problem.groups, policy
        )
    if can_look_up:
        # The features of the pipeline decide; feature crosses only repeat them.
        features = training_set.features.iloc[training_set.split.train]
        trust = fit_lookup_trust(features, problem.y, oof, problem.classes, policy)
    threshold = fit_threshold(training_set, oof, temperature)
    return Postprocessing(temperature, trust, threshold, stack)


def fit_threshold(training_set: TrainingSet, oof: Array, temperature: float | None) -> float | None:
    """Return the cheapest threshold if the target is binary and the costs of errors are given."""
    if training_set.spec.costs is None or training_set.problem.classes != 2:
        return None
    known = ~np.isnan(oof).any(axis=1)
    proba = oof[known] if temperature is None else tempered(oof[known], temperature)
    positive = training_set.problem.y[known] == 1
    return cheapest_threshold(positive, proba[:, 1], training_set.spec.costs)


def build_bundle(
    training_set: TrainingSet,
    crosses: list[FrameEntry],
    parts: list[FittedMember],
    postprocessing: Postprocessing,
    rows: Index,
) -> dict[str, Any]:
    """Return the content of a model file; `rows` are those that its members learned from."""
    members, classes = [part.bundled for part in parts], training_set.table.classes
    stack, trust = postprocessing.stack, postprocessing.trust
    if stack is not None:
        # Each member names its candidate, so that a few of them can predict alone.
        for member, part in zip(members, parts, strict=True):
            member["candidate"] = stack.candidates.index(part.recipe.name)
    # A row costs less without the crosses that no member reads.
    read = {name for part in parts for name in prepared_names(part.data.transformer)}
    made = [e for e in crosses if e["use"] == RELATIVE or e["name"] in read]
    frame = [*training_set.frame, *made]
    bundle = bundle_of(training_set.spec.task, classes, frame, members)
    if training_set.table.offset:
        bundle["offset"] = training_set.table.offset
    if postprocessing.temperature is not None:
        bundle["temperature"] = postprocessing.temperature
    if stack is not None:
        bundle["stack"] = _stored(stack)
    if postprocessing.threshold is not None:
        bundle["threshold"] = postprocessing.threshold
    if trust is not None:
        known, y = training_set.features.iloc[rows], training_set.table.y[rows]
        bundle["memory"] = duplicate_row_lookup(known, y, len(classes), trust)
    return bundle


def _stored(stack: Stack) -> dict[str, Any]:
    """Return the stack as scoring reads it."""
    return {
        "candidates": len(stack.candidates),
        "coef": np.array(stack.coef),
        "intercept": np.array(stack.intercept),
        "share": stack.share,
    }
