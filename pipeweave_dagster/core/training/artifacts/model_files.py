"""The files that a training leaves: model, test rows, and a sample of the training rows."""

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pipeweave_dagster.core.documents import Payload
from pipeweave_dagster.core.model.bundle_file import save_bundle
from pipeweave_dagster.core.model.duplicate_lookup import row_keys
from pipeweave_dagster.core.model.test_row_columns import (
    CLUSTER,
    FEATURE_PREFIX,
    ROW,
    ROW_ID,
    SENSITIVE_PREFIX,
    TARGET,
    WEIGHT,
    baseline_columns,
)
from pipeweave_dagster.core.training.data.clusters import clusters_of
from pipeweave_dagster.core.training.data.training_set import TrainingSet

MODEL, EVALUATED = "model.skops", "evaluated.skops"
TEST_ROWS, REFERENCE, DIVISION = "test_rows.parquet", "reference.parquet", "rows.parquet"
_REFERENCE_ROWS = 10_000
_LEARNED, _HELD_OUT = 1, 2


def write_bundle(bundle: dict[str, Any], path: Path) -> Payload:
    """Write a model as a skops archive (no pickle)."""
    save_bundle(bundle, path)
    return payload_of(path)


def payload_of(path: Path) -> Payload:
    """Describe a model file."""
    return Payload.of(path, "application/zip")


def rename_model(path: Path, to: Path) -> Payload:
    """Give a model file another name."""
    path.rename(to)
    return payload_of(to)


def write_rows(table: pd.DataFrame, path: Path) -> Payload:
    """Write rows as Parquet."""
    table.to_parquet(path, index=False, compression="zstd")
    return Payload.of(path, "application/vnd.apache.parquet")


def write_reference(training_set: TrainingSet, out: Path) -> Payload:
    """Write a sample of the training rows' features, in their order, for drift checks."""
    rng = np.random.default_rng(training_set.problem.seed)
    sample = np.sort(rng.permutation(training_set.split.train)[:_REFERENCE_ROWS])
    raw, features = training_set.table.raw, training_set.spec.features
    return write_rows(raw[features].iloc[sample], out / REFERENCE)


def write_division(training_set: TrainingSet, out: Path) -> Payload:
    """Write which rows of the typed table were used (`row`), and the side of each in each fold.

    There is one column per fold: 1 for training rows, 2 for validation rows, 0 for neither.
    """
    table, train = training_set.table, training_set.split.train
    columns: dict[str, np.ndarray] = {"row": table.kept}
    for number, (learn, valid) in enumerate(training_set.problem.folds):
        side = np.zeros(len(table.kept), dtype=np.int8)
        side[train[learn]], side[train[valid]] = _LEARNED, _HELD_OUT
        columns[f"fold_{number}"] = side
    return write_rows(pd.DataFrame(columns), out / DIVISION)


def test_rows_digest(training_set: TrainingSet) -> str:
    """Return a digest of the test rows: the same for equal rows, whatever their order."""
    test = training_set.features.iloc[training_set.split.test]
    return hashlib.sha256(np.sort(row_keys(test)).tobytes()).hexdigest()[:32]


def write_test_rows(training_set: TrainingSet, scores: pd.DataFrame, out: Path) -> Payload:
    """Write target, predictions, baseline output and features of the test rows."""
    rows, table = training_set.split.test, training_set.table
    frame = table.raw[training_set.spec.features].iloc[rows].reset_index(drop=True)
    features = {f"{FEATURE_PREFIX}{name}": frame[name] for name in frame.columns}
    groups = table.sensitive.iloc[rows].reset_index(drop=True)
    features |= {f"{SENSITIVE_PREFIX}{name}": groups[name] for name in groups.columns}
    constants = zip(baseline_columns(table.classes), baseline_output(training_set), strict=True)
    baseline = {name: np.full(len(rows), value) for name, value in constants}
    labels = np.array(table.classes, dtype=object)
    values = table.y[rows] + table.offset
    truth: dict[str, Any] = {
        TARGET: labels[table.y[rows].astype(np.intp)] if table.classes else values
    }
    truth[ROW] = table.kept[rows]
    if table.row_id is not None:
        truth[ROW_ID] = table.row_id.iloc[rows].reset_index(drop=True)
    if (clusters := clusters_of(training_set)) is not None:
        truth[CLUSTER] = clusters
    if table.weight is not None:
        truth[WEIGHT] = table.weight[rows]
    return write_rows(pd.DataFrame({**truth, **scores, **baseline, **features}), out / TEST_ROWS)


def baseline_output(training_set: TrainingSet) -> np.ndarray:
    """Return the baseline's prediction: class shares, or the mean, of the training rows."""
    y, weight = training_set.problem.y, training_set.problem.weight
    classes = training_set.table.classes
    if not classes:
        return np.array([np.average(y, weights=weight) + training_set.table.offset])
    counts = np.bincount(y.astype(np.intp), weights=weight, minlength=len(classes))
    return np.asarray(counts / counts.sum())
