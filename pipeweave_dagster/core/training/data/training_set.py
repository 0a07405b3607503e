"""What one training works on: rows, their split, and the learning problem of the training rows."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from pipeweave_dagster.core.documents import PipelineSpec
from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.families.fit import THREADS
from pipeweave_dagster.core.model.frame_entry import FrameEntry
from pipeweave_dagster.core.model.prepare_features import prepare
from pipeweave_dagster.core.pipelines.feature_frame import feature_frame
from pipeweave_dagster.core.pipelines.layout import layout
from pipeweave_dagster.core.training.data.cross_features import with_crosses
from pipeweave_dagster.core.training.data.fold_features import Problem
from pipeweave_dagster.core.training.data.folds import make_folds
from pipeweave_dagster.core.training.data.group_means import with_group_means
from pipeweave_dagster.core.training.data.input_table import Table
from pipeweave_dagster.core.training.data.limits import DEFAULT_LIMITS, DataLimits
from pipeweave_dagster.core.training.data.monotone_constraints import signs
from pipeweave_dagster.core.training.data.row_identity import were_tested
from pipeweave_dagster.core.training.data.split import (
    Index,
    Split,
    split_rows,
    strata_of,
)
from pipeweave_dagster.core.training.data.split_frame import split_frame
from pipeweave_dagster.core.training.data.split_keys import group_keys

_OF_MEANS = ("rmse", "r2")


@dataclass(frozen=True)
class TrainingSet:
    """A table that is ready to be learned from.

    Attributes:
        spec: The pipeline.
        table: Rows with a known target.
        split: Which of them are test rows, and the fold of the others.
        frame: How raw columns become features, in the form of `prepare_features.prepare`.
        features: Prepared features of all rows.
        problem: The training rows alone, with their folds.
        limits: How much data is read, folded and fitted in parallel.
    """

    spec: PipelineSpec
    table: Table
    split: Split
    frame: list[FrameEntry]
    features: pd.DataFrame
    problem: Problem
    limits: DataLimits = DEFAULT_LIMITS

    @property
    def parallel_fits(self) -> int:
        """How many fits run at a time: several where one could not use several threads well."""
        return min(self.limits.max_parallel_fits, THREADS) if self.problem.threads == 1 else 1

    @property
    def size(self) -> str:
        """How many rows, folds and features there are, in words."""
        train, test = len(self.split.train), len(self.split.test)
        folds, features = len(self.problem.folds), self.features.shape[1]
        return f"{train:,} training rows, {test:,} test rows, {folds} folds, {features:,} features"

    def whole(self, crossed: Problem, crosses: list[FrameEntry]) -> Problem:
        """Return the problem of all rows, test rows included, without folds, for the refit.

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


def make_training_set(
    spec: PipelineSpec,
    table: Table,
    seed: int,
    limits: DataLimits = DEFAULT_LIMITS,
    tested_like: Path | None = None,
) -> TrainingSet:
    """Prepare the features and split the rows.

    Args:
        spec: The pipeline.
        table: Its table.
        seed: Of everything random.
        limits: How much data is read, folded and fitted in parallel.
        tested_like: Test rows of an earlier model, which stay test rows; not where only a sample
            of the table was read.

    Raises:
        PipeWeaveError: VALIDATION_ERROR if no feature varies or no fold can be made.
    """
    frame = feature_frame(spec)
    hashed = split_frame(spec, frame)
    features = prepare(table.raw, hashed)
    strata = strata_of(table.y, len(table.classes))
    tested = None
    if tested_like is not None and spec.split.kind == "hash" and table.read == table.total:
        tested = were_tested(table.raw, table.row_id, tested_like)
    split = split_rows(spec.split, features, table.divider, strata, table.row_id, tested)
    if hashed != frame:
        frame = with_group_means(frame, table.raw.iloc[split.train])
        features = prepare(table.raw, frame)
    problem = _problem(spec, table, split, features, seed, limits)
    return TrainingSet(spec, table, split, frame, features, problem, limits)


def _problem(
    spec: PipelineSpec,
    table: Table,
    split: Split,
    features: pd.DataFrame,
    seed: int,
    limits: DataLimits,
) -> Problem:
    """Return the learning problem of the training rows."""
    train = split.train
    columns = layout(spec, features.iloc[train])
    if columns.empty:
        raise validation_error(
            "Every feature is constant in the training rows, so nothing can be learned.",
            fix="Add columns that vary, or rows.",
            features=spec.features,
        )
    cells = len(train) * features.shape[1] * max(1, len(table.classes) // 2)
    folds = make_folds(split, table.y, hold_out=cells > limits.hold_out_cells)
    return Problem(
        task=spec.task,
        features=features.iloc[train].reset_index(drop=True),
        y=table.y[train],
        labels=table.classes,
        weight=None if table.weight is None else table.weight[train],
        columns=columns,
        folds=folds,
        monotone=signs(spec),
        seed=seed,
        threads=1 if cells <= limits.one_thread_cells else THREADS,
        groups=_groups(spec, table, features, train),
        means_of=spec.metric if spec.metric in _OF_MEANS else None,
    )


def _groups(spec: PipelineSpec, table: Table, features: pd.DataFrame, train: Index) -> Index | None:
    """Return the number of each training row's group, if the split is by groups."""
    if spec.split.kind != "group" or table.divider is None:
        return None
    keys = group_keys(table.divider, features)[train]
    return np.asarray(np.unique(keys, return_inverse=True)[1], dtype=np.intp)
