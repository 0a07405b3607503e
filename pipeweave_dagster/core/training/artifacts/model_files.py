"""The files that a training leaves: model, test rows, and a sample of the training rows."""

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pipeweave_dagster.core.documents import Payload
from pipeweave_dagster.core.model.serving import row_keys, save_bundle
from pipeweave_dagster.core.training.data.training_set import Job

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


def write_reference(job: Job, out: Path) -> Payload:
    """Write a sample of the training rows' features, in their order, for drift checks."""
    rng = np.random.default_rng(job.problem.seed)
    sample = np.sort(rng.permutation(job.split.train)[:_REFERENCE_ROWS])
    return write_rows(job.table.raw[job.spec.features].iloc[sample], out / REFERENCE)


def write_division(job: Job, out: Path) -> Payload:
    """Write which rows of the typed table were used (`row`), and what each fold made of them.

    There is a column for each fold: 1 for rows to learn from, 2 for rows held out, 0 for neither.
    """
    columns: dict[str, np.ndarray] = {"row": job.table.kept}
    for number, (learn, valid) in enumerate(job.problem.folds):
        side = np.zeros(len(job.table.kept), dtype=np.int8)
        side[job.split.train[learn]], side[job.split.train[valid]] = 1, 2
        columns[f"fold_{number}"] = side
    return write_rows(pd.DataFrame(columns), out / DIVISION)


def digest_of(job: Job) -> str:
    """A name of the set of test rows: equal for the same rows, whatever their order or columns."""
    keys = np.sort(row_keys(job.features.iloc[job.split.test]))
    return hashlib.sha256(keys.tobytes()).hexdigest()[:32]


def write_test_rows(job: Job, scores: pd.DataFrame, out: Path) -> Payload:
    """Write target, predictions, the constant model's outputs and the features of test rows."""
    rows = job.split.test
    frame = job.table.raw[job.spec.features].iloc[rows].reset_index(drop=True)
    y = job.table.y[rows]
    labels = np.array(job.table.classes, dtype=object)
    target = labels[y.astype(np.intp)] if job.table.classes else y
    features = {f"feature:{name}": frame[name] for name in frame.columns}
    constant = constant_output(job)
    if job.table.classes:
        shares = zip(job.table.classes, constant, strict=True)
        baseline = {f"baseline_{label}": np.full(len(rows), share) for label, share in shares}
    else:
        baseline = {"baseline": np.full(len(rows), constant[0])}
    groups = job.table.sensitive.iloc[rows].reset_index(drop=True)
    features |= {f"sensitive:{name}": groups[name] for name in groups.columns}
    truth = {"target": target}
    if job.table.weight is not None:
        truth["weight"] = job.table.weight[rows]
    return write_rows(pd.DataFrame({**truth, **scores, **baseline, **features}), out / TEST_ROWS)


def constant_output(job: Job) -> np.ndarray:
    """What the constant model says: class shares, or the mean, of the training rows."""
    y, weight = job.problem.y, job.problem.weight
    if not job.table.classes:
        return np.array([np.average(y, weights=weight)])
    counts = np.bincount(y.astype(np.intp), weights=weight, minlength=len(job.table.classes))
    return np.asarray(counts / counts.sum())
