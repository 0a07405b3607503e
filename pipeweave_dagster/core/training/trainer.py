"""Training from the typed table to the model file, inside the budget."""

import logging
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from pipeweave_dagster.core.documents import (
    Payload,
    PipelineSpec,
    SchemaDeduction,
    TrainedModel,
    Trial,
)
from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.pipelines.compile import frame_plan, layout
from pipeweave_dagster.core.training.bundle import bundle_of, write_bundle, write_rows
from pipeweave_dagster.core.training.clock import Clock
from pipeweave_dagster.core.training.finish import final_members
from pipeweave_dagster.core.training.folds import FoldCache, Problem
from pipeweave_dagster.core.training.metrics import GREATER_IS_BETTER
from pipeweave_dagster.core.training.search import Search
from pipeweave_dagster.core.training.serving import prepare, score
from pipeweave_dagster.core.training.split import Index, Split, split_rows, strata_of
from pipeweave_dagster.core.training.table import Table, read_table
from pipeweave_dagster.core.training.trial import Result, trial_of
from pipeweave_dagster.core.training.verdict import verdict

_log = logging.getLogger(__name__)

REFERENCE_ROWS = 10_000
_HOLD_OUT_CELLS = 3_000_000
_PACKAGES = ("numpy", "pandas", "scikit-learn", "scipy", "skops", "xgboost", "lightgbm")


@dataclass(frozen=True)
class _Job:
    spec: PipelineSpec
    table: Table
    split: Split
    problem: Problem


def run_training(
    spec: PipelineSpec,
    schema: SchemaDeduction,
    data: Path,
    out: Path,
    clock: Clock,
    seed: int,
) -> TrainedModel:
    """See `pipeweave_dagster.core.training.train`."""
    del schema
    job = _job(spec, read_table(spec, data), seed)
    cache = FoldCache(job.problem)
    search = Search(spec, cache, clock)
    results = search.run()
    winner, dummy = search.best() or results[0], results[0]
    members, notes = final_members(winner, cache, clock)
    bundle = bundle_of(spec.task, job.table.classes, frame_plan(spec), members)
    write_bundle(bundle, out / "model.skops")
    _write_test_rows(job, score(bundle, job.table.raw.iloc[job.split.test]), out)
    rng = np.random.default_rng(seed)
    sample = rng.permutation(job.split.train)[:REFERENCE_ROWS]
    write_rows(job.table.raw.iloc[np.sort(sample)], out / "reference.parquet")
    found, z = _judge(job, winner, dummy)
    _log.info(
        "winner %s, verdict %s (z %.1f), %.1f s used", winner.candidate.name, found, z, clock.used
    )
    return TrainedModel(
        task=spec.task,
        target=spec.target,
        metric=spec.metric,
        greater_is_better=GREATER_IS_BETTER[spec.metric],
        classes=job.table.classes,
        features=spec.features,
        winner=winner.candidate.name,
        verdict=found,
        leaderboard=_leaderboard(results, winner, spec, len(job.problem.folds)),
        rows_train=len(job.split.train),
        rows_test=len(job.split.test),
        rows_dropped=job.table.dropped,
        budget_s=clock.budget_s,
        used_s=round(clock.used, 2),
        package_versions={name: version(name) for name in _PACKAGES},
        model=Payload.of(out / "model.skops", "application/zip"),
        test_rows=Payload.of(out / "test_rows.parquet", "application/vnd.apache.parquet"),
        reference=Payload.of(out / "reference.parquet", "application/vnd.apache.parquet"),
        notes=[*_notes(job), *notes],
    )


def _job(spec: PipelineSpec, table: Table, seed: int) -> _Job:
    features = prepare(table.raw, frame_plan(spec))
    strata = strata_of(table.y, len(table.classes))
    split = split_rows(spec.split, features, table.divider, strata)
    train = split.train
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
    folds = _folds(split, position, hold_out=cells > _HOLD_OUT_CELLS)
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
        seed=seed,
    )
    return _Job(spec, table, split, problem)


def _folds(split: Split, position: Index, *, hold_out: bool) -> list[tuple[Index, Index]]:
    folds = []
    for k in sorted(set(split.fold[split.fold >= 0].tolist())):
        valid = np.flatnonzero(split.fold == k)
        if split.ordered:
            learn = np.flatnonzero((split.fold < k) & (position >= 0))
        else:
            learn = split.train[split.fold[split.train] != k]
        if len(learn) >= 2 and len(valid):
            folds.append((position[learn], position[valid]))
    if hold_out:
        return folds[-1:] if split.ordered else folds[:1]
    return folds


def _judge(job: _Job, winner: Result, dummy: Result) -> tuple[Literal["model", "no signal"], float]:
    if winner is dummy:
        return "no signal", 0.0
    return verdict(job.spec.metric, job.problem.y, winner.oof, dummy.oof)


def _write_test_rows(job: _Job, scores: pd.DataFrame, out: Path) -> None:
    rows = job.split.test
    frame = job.table.raw.iloc[rows].reset_index(drop=True)
    y = job.table.y[rows]
    labels = np.array(job.table.classes, dtype=object)
    target = labels[y.astype(np.intp)] if job.table.classes else y
    features = {f"feature:{name}": frame[name] for name in frame.columns}
    constant = _constant(job)
    if job.table.classes:
        shares = zip(job.table.classes, constant, strict=True)
        baseline = {f"baseline_{label}": np.full(len(rows), share) for label, share in shares}
    else:
        baseline = {"baseline": np.full(len(rows), constant[0])}
    truth = {"target": target}
    if job.table.weight is not None:
        truth["weight"] = job.table.weight[rows]
    write_rows(pd.DataFrame({**truth, **scores, **baseline, **features}), out / "test_rows.parquet")


def _constant(job: _Job) -> np.ndarray:
    """What the constant model says: class shares, or the mean, of the training rows."""
    y, weight = job.problem.y, job.problem.weight
    if not job.table.classes:
        return np.array([np.average(y, weights=weight)])
    counts = np.bincount(y.astype(np.intp), weights=weight, minlength=len(job.table.classes))
    return np.asarray(counts / counts.sum())


def _leaderboard(
    results: list[Result], winner: Result, spec: PipelineSpec, folds: int
) -> list[Trial]:
    """The winner, then complete candidates, then the others; best score first."""
    sign = 1.0 if GREATER_IS_BETTER[spec.metric] else -1.0
    others = sorted(
        (trial_of(result, folds) for result in results if result is not winner),
        key=lambda t: (t.state != "done", t.score is None, -sign * (t.score or 0.0)),
    )
    return [trial_of(winner, folds), *others]


def _notes(job: _Job) -> list[str]:
    notes = [f"Test rows: {job.spec.split.reason}; {job.split.note}."]
    if len(job.problem.folds) == 1:
        notes.append("One hold-out part instead of folds: the table is large for the budget.")
    counts = np.bincount(job.problem.y.astype(int)) if job.table.classes else np.array([])
    rare = [job.table.classes[k] for k in np.flatnonzero((counts > 0) & (counts < 5))]
    if rare:
        notes.append(
            f"{len(rare)} class(es) have fewer than five training rows, scores for them say "
            f"little: {', '.join(r[:40] for r in rare[:10])}."
        )
    if job.table.dropped:
        notes.append(f"{job.table.dropped} rows were left out: their target is missing.")
    return notes
