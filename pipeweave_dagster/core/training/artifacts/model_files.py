"""The files that a training leaves: model, test rows, and a sample of the training rows."""

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pipeweave_dagster.core.documents import Payload
from pipeweave_dagster.core.model.serving import row_keys, save_bundle
from pipeweave_dagster.core.model.test_row_columns import (
    FEATURE_PREFIX,
    SENSITIVE_PREFIX,
    TARGET,
    WEIGHT,
    baseline_columns,
)
from pipeweave_dagster.core.training.data.training_set import TrainingSet

MODEL, EVALUATED = "model.skops", "evaluated.skops"
TEST_ROWS, REFERENCE, DIVISION = "test_rows.parquet", "reference.parquet", "rows.parquet"
_REFERENCE_ROWS = 10_000


def write_bundle(bundle: dict[str, Any], path: Path) -> Payload:
    """Write a model as a skops archive (no pickle)."""
    save_bundle(bundle, path)
    return Payload.of(path, "application/zip")


def renamed(path: Path, to: Path) -> Payload:
    """The same model under another name."""
    path.rename(to)
    return Payload.of(to, "application/zip")


def write_rows(table: pd.DataFrame, path: Path) -> Payload:
    """Write rows as Parquet."""
    table.to_parquet(path, index=False, compression="zstd")
    return Payload.of(path, "application/vnd.apache.parquet")


def write_reference(training_set: TrainingSet, out: Path) -> Payload:
    """Write a sample of the training rows' features, in their order, for drift checks."""
    rng = np.random.default_rng(training_set.problem.seed)
    sample = np.sort(rng.permutation(training_set.split.train)[:_REFERENCE_ROWS])
    return write_rows(
        training_set.table.raw[training_set.spec.features].iloc[sample], out / REFERENCE
    )


def write_division(training_set: TrainingSet, out: Path) -> Payload:
    """Write which rows of the typed table were used (`row`), and what each fold made of them.

    There is a column for each fold: 1 for rows to learn from, 2 for rows held out, 0 for neither.
    """
    columns: dict[str, np.ndarray] = {"row": training_set.table.kept}
    for number, (learn, valid) in enumerate(training_set.problem.folds):
        side = np.zeros(len(training_set.table.kept), dtype=np.int8)
        side[training_set.split.train[learn]], side[training_set.split.train[valid]] = 1, 2
        columns[f"fold_{number}"] = side
    return write_rows(pd.DataFrame(columns), out / DIVISION)


def digest_of(training_set: TrainingSet) -> str:
    """A name of the set of test rows: equal for the same rows, whatever their order or columns."""
    keys = np.sort(row_keys(training_set.features.iloc[training_set.split.test]))
    return hashlib.sha256(keys.tobytes()).hexdigest()[:32]


def write_test_rows(training_set: TrainingSet, scores: pd.DataFrame, out: Path) -> Payload:
    """Write target, predictions, the constant model's outputs and the features of test rows."""
    rows = training_set.split.test
    frame = training_set.table.raw[training_set.spec.features].iloc[rows].reset_index(drop=True)
    y = training_set.table.y[rows]
    labels = np.array(training_set.table.classes, dtype=object)
    target = labels[y.astype(np.intp)] if training_set.table.classes else y
    features = {f"{FEATURE_PREFIX}{name}": frame[name] for name in frame.columns}
    names = baseline_columns(training_set.table.classes)
    constants = zip(names, constant_output(training_set), strict=True)
    baseline = {name: np.full(len(rows), value) for name, value in constants}
    groups = training_set.table.sensitive.iloc[rows].reset_index(drop=True)
    features |= {f"{SENSITIVE_PREFIX}{name}": groups[name] for name in groups.columns}
    truth = {TARGET: target}
    if training_set.table.weight is not None:
        truth[WEIGHT] = training_set.table.weight[rows]
    return write_rows(pd.DataFrame({**truth, **scores, **baseline, **features}), out / TEST_ROWS)


def constant_output(training_set: TrainingSet) -> np.ndarray:
    """What the constant model says: class shares, or the mean, of the training rows."""
    y, weight = training_set.problem.y, training_set.problem.weight
    if not training_set.table.classes:
        return np.array([np.average(y, weights=weight)])
    counts = np.bincount(
        y.astype(np.intp), weights=weight, minlength=len(training_set.table.classes)
    )
    return np.asarray(counts / counts.sum())
