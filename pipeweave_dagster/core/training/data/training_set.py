"""What one training works on: rows, their division, and the problem inside the training part."""

import logging
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from pipeweave_dagster.core.documents import PipelineSpec
from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.model.serving import FrameEntry, prepare
from pipeweave_dagster.core.pipelines.derived_features import USE
from pipeweave_dagster.core.pipelines.feature_frame import feature_frame
from pipeweave_dagster.core.pipelines.layout import layout
from pipeweave_dagster.core.pipelines.step_choice import UNREAD
from pipeweave_dagster.core.training.data.cross_features import with_crosses
from pipeweave_dagster.core.training.data.fold_features import Problem
from pipeweave_dagster.core.training.data.group_hints import group_notes
from pipeweave_dagster.core.training.data.group_means import with_group_means
from pipeweave_dagster.core.training.data.input_table import Table
from pipeweave_dagster.core.training.data.monotone_constraints import notes as monotone_notes
from pipeweave_dagster.core.training.data.monotone_constraints import signs
from pipeweave_dagster.core.training.data.split import (
    Index,
    Split,
    group_keys,
    split_rows,
    strata_of,
)
from pipeweave_dagster.core.training.families.base import THREADS

_log = logging.getLogger(__name__)

_HOLD_OUT_CELLS = 3_000_000
_LANES_CELLS = 1_000_000
_MOST_LANES = 4
_GROUP_ROWS = 100_000


@dataclass(frozen=True)
class TrainingSet:
    """A table that is ready to be learned from.

    Attributes:
        frame: How raw columns become features, in the form of `serving.prepare`.
        features: Prepared features of all rows.
        problem: The training rows alone, with their folds.
    """

    spec: PipelineSpec
    table: Table
    split: Split
    frame: list[FrameEntry]
    features: pd.DataFrame
    problem: Problem

    def whole(self, crossed: Problem, crosses: list[FrameEntry]) -> Problem:
        """All rows, test rows included, for the refit after the evaluation; without folds.

        Args:
            crossed: The problem as the search left it, with its feature crosses.
            crosses: How they are computed.
        """
        return replace(
            crossed,
            features=with_crosses(self.features, crosses) if crosses else self.features,
            y=self.table.y,
            weight=self.table.weight,
            folds=[],
            groups=None,
        )

    @property
    def parallel_fits(self) -> int:
        """How many fits run at a time: several where one could not use several threads well."""
        return min(_MOST_LANES, THREADS) if self.problem.threads == 1 else 1


def make_training_set(spec: PipelineSpec, table: Table, seed: int) -> TrainingSet:
    """Prepare the features and divide the rows.

    Raises:
        PipeWeaveError: VALIDATION_ERROR where no feature varies or no fold can be made.
    """
    frame = feature_frame(spec)
    decisive = dividing(spec, frame)
    features = prepare(table.raw, decisive)
    strata = strata_of(table.y, len(table.classes))
    split = split_rows(spec.split, features, table.divider, strata)
    train = split.train
    if decisive != frame:
        frame = with_group_means(frame, table.raw.iloc[train])
        features = prepare(table.raw, frame)
    columns = layout(spec, features.iloc[train])
    if columns.empty:
        raise validation_error(
            "Every feature holds one value only in the training rows, so nothing can be learned.",
            fix="Add columns that vary, or rows.",
            features=spec.features,
        )
    cells = len(train) * features.shape[1] * max(1, len(table.classes) // 2)
    position = np.full(len(table.y), -1)
    position[train] = np.arange(len(train))
    folds = _folds(split, position, table, hold_out=cells > _HOLD_OUT_CELLS)
    if not folds:
        raise validation_error(
            "The training rows cannot be divided for cross-validation: too few different rows.",
            fix="Add rows, or choose another split in pipeweave.yaml.",
            rows=len(train),
        )
    _log.info(
        "%d training rows, %d test rows, %d fold(s), %d features",
        len(train), len(split.test), len(folds), features.shape[1],
    )  # fmt: skip
    problem = Problem(
        task=spec.task,
        features=features.iloc[train].reset_index(drop=True),
        y=table.y[train],
        labels=table.classes,
        weight=None if table.weight is None else table.weight[train],
        columns=columns,
        folds=folds,
        monotone=signs(spec),
        seed=seed,
        threads=1 if cells <= _LANES_CELLS else THREADS,
        groups=_together(spec, table, features, train),
    )
    return TrainingSet(spec, table, split, frame, features, problem)


def _together(
    spec: PipelineSpec, table: Table, features: pd.DataFrame, train: Index
) -> Index | None:
    """The number of each training row's group."""
    if spec.split.kind != "group" or table.divider is None:
        return None
    keys = group_keys(table.divider, features)[train]
    return np.asarray(np.unique(keys, return_inverse=True)[1], dtype=np.intp)


def dividing(spec: PipelineSpec, frame: list[FrameEntry]) -> list[FrameEntry]:
    """The part of the frame whose values decide each row's side.

    DerivedFeature features say nothing new of a row, and neither they nor a changed step move it.
    """
    before = spec.split.hashed_as
    names = {entry["name"] for entry in frame}
    pruned: list[FrameEntry] = [
        {"name": name, "use": use} for name, use in before.items() if name not in names
    ]
    pruned = [entry for entry in pruned if entry["use"] != UNREAD]
    return pruned + [
        {**e, "use": before[e["name"]]} if e["name"] in before else _once(e)
        for e in frame
        if e["use"] != USE and before.get(e["name"]) != UNREAD
    ]


def _once(entry: FrameEntry) -> FrameEntry:
    """Without numbers beside a category or a text, which say nothing new of a row either."""
    entry = entry.copy()
    if entry["use"] != "date_parts":
        entry.pop("parts", None)
    return entry


def _folds(
    split: Split, position: Index, table: Table, *, hold_out: bool
) -> list[tuple[Index, Index]]:
    folds = []
    for k in sorted(set(split.fold[split.fold >= 0].tolist())):
        valid = np.flatnonzero(split.fold == k)
        if split.ordered:
            learn = np.flatnonzero((split.fold < k) & (position >= 0))
        else:
            learn = split.train[split.fold[split.train] != k]
        # By time or by groups, a fold may see one class only: nothing can be learned on it.
        if len(np.unique(table.y[learn])) >= 2 and len(valid):
            folds.append((position[learn], position[valid]))
    if hold_out:
        return folds[-1:] if split.ordered else folds[:1]
    # The last period first: most rows are learned from there, and it is next to the test rows.
    return folds[::-1] if split.ordered else folds


def _only_tested(training_set: TrainingSet, counts: np.ndarray) -> list[str]:
    """Classes of test rows that are not among the training rows."""
    codes = (
        training_set.table.y[training_set.split.test].astype(int)
        if training_set.table.classes
        else np.array([], int)
    )
    return [
        training_set.table.classes[k]
        for k in np.unique(codes)
        if k >= len(counts) or counts[k] == 0
    ]


def notes_of(training_set: TrainingSet) -> list[str]:
    """What a reader of the model should know about its rows."""
    notes = [f"Test rows: {training_set.spec.split.reason}; {training_set.split.note}."]
    if len(training_set.problem.folds) == 1:
        notes.append("One hold-out part instead of folds: the table is large for the budget.")
    if training_set.spec.split.kind == "hash" and len(training_set.table.y) <= _GROUP_ROWS:
        notes += group_notes(
            training_set.table.raw, training_set.table.y, len(training_set.table.classes)
        )
    notes += [s.reason for s in training_set.spec.steps if s.kind == "extract" and s.reason]
    counts = (
        np.bincount(training_set.problem.y.astype(int))
        if training_set.table.classes
        else np.array([])
    )
    if unseen := _only_tested(training_set, counts):
        notes.append(
            f"{len(unseen)} class(es) are in the test rows alone, so that no model knows them: "
            f"{', '.join(name[:40] for name in unseen[:10])}."
        )
    rare = [training_set.table.classes[k] for k in np.flatnonzero((counts > 0) & (counts < 5))]
    if rare:
        notes.append(
            f"{len(rare)} class(es) have fewer than five training rows, scores for them say "
            f"little: {', '.join(r[:40] for r in rare[:10])}."
        )
    notes += monotone_notes(training_set.spec, training_set.table.classes)
    if training_set.table.read < training_set.table.total:
        notes.append(
            f"Learned from a random sample of {training_set.table.read:,} of "
            f"{training_set.table.total:,} rows."
        )
    if training_set.table.dropped:
        or_weight = ", or their weight is not above 0" if training_set.spec.weight else ""
        notes.append(
            f"{training_set.table.dropped} rows were left out: their target is missing{or_weight}."
        )
    return notes
