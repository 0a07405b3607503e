"""Processor time per row of scoring: the learner alone, and all of PipeWeave.

What a process needs once is quoted by itself: imports, with a first batch of 1,000 rows, and
loading the model. All else is per row. The learner alone is its own `predict_proba` in one thread,
on encoded rows in blocks of the same size, in the same run.
"""

import resource
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from catboost import CatBoostClassifier
from lightgbm import LGBMClassifier
from xgboost import XGBClassifier

from pipeweave_dagster.core.documents import RawFile, RawUpload, TrainedModel
from pipeweave_dagster.core.ingest import ColumnMatcher, IngestLimits, ingest, read_aligned
from pipeweave_dagster.core.model.bundle_file import load_bundle, save_bundle
from pipeweave_dagster.core.model.bundle_scores import BLOCK_ROWS
from pipeweave_dagster.core.model.catboost_model import CatBoosted
from pipeweave_dagster.core.model.prepare_features import prepare
from pipeweave_dagster.core.prediction import BatchPolicy, HeldRows, predict
from pipeweave_dagster.core.prediction.loaded_model import LoadedModel
from pipeweave_dagster.core.prediction.outputs import write_outputs
from pipeweave_dagster_tests.factories.training import train_small_model

FAMILIES = ("lightgbm", "xgboost", "catboost")
SIZES = ((30, 31), (100, 31), (324, 31), (100, 8), (324, 8))
"""Trees, and leaves of each."""


def table(rows: int, seed: int) -> pd.DataFrame:
    """24 columns of numbers, six of categories, and a target."""
    rng = np.random.default_rng(seed)
    columns: dict[str, Any] = {f"x{i}": rng.normal(size=rows).round(4) for i in range(20)}
    columns |= {f"n{i}": rng.integers(0, 1000, rows) for i in range(4)}
    columns |= {f"c{i}": rng.choice([f"cat{j}" for j in range(4 + 4 * i)], rows) for i in range(6)}
    frame = pd.DataFrame(columns)
    signal = frame["x0"] + frame["x1"] * frame["x2"] + (frame["c2"] == "cat1") * 1.5
    noisy = signal + frame["n0"] / 500 + rng.normal(size=rows)
    return frame.assign(y=np.where(noisy > 1.2, "yes", "no"))


class Bench(NamedTuple):
    """A trained model, with what scoring needs of it."""

    folder: Path
    trained: TrainedModel
    rows: pd.DataFrame
    held: HeldRows

    @property
    def model(self) -> Path:
        """The model file."""
        return self.folder / "out" / "model.skops"


def _bench(folder: Path, family: str) -> Bench:
    file = folder / "train.csv"
    table(20_000, 0).to_csv(file, index=False)
    (folder / "read").mkdir()
    raw = RawFile(name=file.name, sha256="0" * 64, size_bytes=file.stat().st_size)
    snapshot = ingest(RawUpload(dataset="b", files=[raw]), [file], folder / "read")
    frame = pd.read_parquet(folder / "read" / "data.parquet")
    _, trained, out = train_small_model(
        frame, "y", "binary", folder, families=[family], budget_s=40
    )
    held = HeldRows(test_rows=out / "test_rows.parquet", reference=out / "reference.parquet")
    return Bench(folder, trained.of_table(snapshot), frame, held)


def _batch(folder: Path, rows: int, format_: str) -> Path:
    path = folder / f"batch{rows}.{format_}"
    new = table(rows, 1).drop(columns="y")
    {"csv": new.to_csv, "parquet": new.to_parquet}[format_](path, index=False)
    return path


def _seconds(work: Callable[[], Any]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def _score(bench: Bench, batch: Path, model: Path) -> dict[str, float]:
    """Score a batch; return the processor time of each part."""
    work = bench.folder / "work"
    shutil.rmtree(work, ignore_errors=True)
    (work / "read").mkdir(parents=True)
    trained, held = bench.trained, bench.held
    limits = IngestLimits.for_files([batch], 8 << 30)
    matcher = ColumnMatcher(tuple(trained.table), trained.target)
    data, stamp = work / "read" / "data.parquet", {"model": "m", "data_sha256": "0" * 64}
    load = _seconds(lambda: LoadedModel(model, trained, BatchPolicy(), held))
    return {
        "load": load,
        "read": _seconds(
            lambda: read_aligned(batch, batch.name, trained.columns, work / "read", limits, matcher)
        ),
        "predict": -load
        + _seconds(lambda: predict(model, trained, data, work, policy=BatchPolicy(), held=held)),
        "write": _seconds(lambda: write_outputs(work / "predictions.parquet", work, stamp)),
    }


def _alone(model: Path, rows: pd.DataFrame) -> float:
    """Return the processor time of the estimators alone, for as many rows as given."""
    bundle = load_bundle(model)
    features, seconds = prepare(rows, bundle["frame"]), 0.0
    for member in bundle["members"]:
        x = member["pipeline"][0].transform(features)  # sparse for linear models
        parts = [x[at : at + BLOCK_ROWS] for at in range(0, x.shape[0], BLOCK_ROWS)]
        estimator = member["pipeline"][-1]
        seconds += _seconds(lambda: [estimator.predict_proba(part) for part in parts])  # noqa: B023
    return seconds


def throughput(rows: int, family: str, format_: str) -> None:
    """Print processor time and rows per second of each part, beside the learner alone."""
    with tempfile.TemporaryDirectory() as name:
        bench = _bench(Path(name), family)
        first = _batch(bench.folder, 1_000, format_)
        start = _seconds(lambda: _score(bench, first, bench.model))
        used = _score(bench, _batch(bench.folder, rows, format_), bench.model)
        alone = _alone(bench.model, table(rows, 1))
    trees = [member.rounds for member in bench.trained.recipe]
    print(f"{rows:,} rows of {format_}, {family}, trees: {trees}")
    print(f"once: first 1,000 rows {start:.2f} s, loading the model {used.pop('load'):.2f} s")
    whole = sum(used.values())
    used |= {"PipeWeave whole": whole, "learner alone": alone, "PipeWeave's own": whole - alone}
    for part, seconds in used.items():
        print(f"  {part:16} {seconds / rows * 1e6:7.2f} us/row  {rows / seconds:12,.0f} rows/s")
    print(f"  memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")


def _learner(family: str, trees: int, leaves: int) -> Any:
    if family == "lightgbm":
        return LGBMClassifier(n_estimators=trees, num_leaves=leaves, n_jobs=1, verbosity=-1)
    if family == "xgboost":
        return XGBClassifier(
            n_estimators=trees, max_leaves=leaves, grow_policy="lossguide", max_depth=0, n_jobs=1
        )
    depth = round(np.log2(leaves))
    booster = CatBoostClassifier(
        iterations=trees, depth=depth, thread_count=1, verbose=False, allow_writing_files=False
    )
    return CatBoosted(booster, [])


def learners(rows: int) -> None:
    """Print rows per second of each learner by trees and leaves, alone and with PipeWeave.

    Each estimator takes the place of that of one model, so all else is the same; category codes are
    numbers to it. Both times are the better of two.
    """
    with tempfile.TemporaryDirectory() as name:
        bench = _bench(Path(name), "lightgbm")
        batch, new = _batch(bench.folder, rows, "parquet"), table(rows, 1)
        _score(bench, _batch(bench.folder, 1_000, "parquet"), bench.model)
        print("| learner | trees | leaves | alone, us/row (rows/s) | PipeWeave whole (rows/s) |")
        for family in FAMILIES:
            for trees, leaves in SIZES:
                model = _with_learner(bench, _learner(family, trees, leaves))
                alone = min(_alone(model, new) for _ in range(2))
                runs = [_score(bench, batch, model) for _ in range(2)]
                whole = min(sum(used.values()) - used["load"] for used in runs)
                cells = [f"{s / rows * 1e6:.2f} ({rows / s:,.0f})" for s in (alone, whole)]
                print(f"| {family} | {trees} | {leaves} | {' | '.join(cells)} |", flush=True)


def _with_learner(bench: Bench, estimator: Any) -> Path:
    bundle = load_bundle(bench.model)
    bundle["members"] = bundle["members"][:1]
    steps = bundle["members"][0]["pipeline"].steps
    x = steps[0][1].transform(prepare(bench.rows, bundle["frame"]))
    estimator.fit(np.asarray(x), (bench.rows["y"] == "yes").astype(int))
    steps[-1] = (steps[-1][0], estimator)
    path = bench.folder / "changed.skops"
    save_bundle(bundle, path)
    return path
