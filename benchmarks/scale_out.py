"""One XGBoost model on all rows of a large table: on this machine's disk, and on a Dask cluster.

    python -m benchmarks.scale_out [--rows 10000000] [--columns 30] [--workers 2] [--rounds 100]
                                   [--seeds 1]

The cluster has worker processes on this machine. The last row kills one of them half-way. With
more seeds than one the disk is tried with each, which shows how far chance moves the score.
`docs/how-to/scale-out.md` has the figures.
"""

import argparse
import contextlib
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import psutil
import pyarrow as pa
import pyarrow.parquet as pq
from sklearn.metrics import roc_auc_score

from pipeweave_dagster.adapters.dask_cluster.engine import fit_on_cluster
from pipeweave_dagster.core.families.candidate import Candidate
from pipeweave_dagster.core.training.data.fold_features import FoldCache, model_output
from pipeweave_dagster.core.training.data.input_table import read_table
from pipeweave_dagster.core.training.data.limits import DEFAULT_LIMITS
from pipeweave_dagster.core.training.data.training_set import TrainingSet, make_training_set
from pipeweave_dagster.core.training.out_of_core.all_rows import Source, fit_all_rows
from pipeweave_dagster.core.training.out_of_core.engine import AllRowsFit, AllRowsJob, Engine
from pipeweave_dagster_tests.adapters.dask_cluster.conftest import Cluster, running_cluster
from pipeweave_dagster_tests.factories import make_pipeline

_GROUP = 100_000
_FRESH = 100_000
_LIMIT_S = 7200.0


def main() -> None:
    """Write the table, fit it three times, and print what each took."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--rows", type=int, default=10_000_000)
    arguments.add_argument("--columns", type=int, default=30)
    arguments.add_argument("--workers", type=int, default=2)
    arguments.add_argument("--rounds", type=int, default=100)
    arguments.add_argument("--seeds", type=int, default=1)
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="pipeweave-scale-") as place:
        folder = Path(place)
        data = folder / "data.parquet"
        _write(data, given.rows, given.columns)
        sets = [_training_set(data, given.rounds, seed) for seed in range(given.seeds)]
        fresh = _rows(np.random.default_rng(1), _FRESH, given.columns)
        names = ["engine", "rows learned from", "minutes", "processor minutes"]
        names += ["peak of this process", "peak of a worker", "ROC AUC of fresh rows"]
        print(f"| {' | '.join(names)} |\n|{' --- |' * len(names)}")
        for seed, training_set in enumerate(sets):
            _try(f"disk, seed {seed}", Source(data, folder), training_set, fresh, None)
        for name, killed in (("cluster", False), ("cluster, a worker killed", True)):
            with running_cluster(folder / name.replace(" ", "-"), given.workers) as cluster:
                source = Source(data, folder, _engine(cluster, data, killed=killed))
                _try(name, source, sets[0], fresh, cluster)


def _engine(cluster: Cluster, data: Path, *, killed: bool) -> Engine:
    def fit(job: AllRowsJob) -> AllRowsFit:
        if killed:
            seconds = 0.5 * _SECONDS["cluster"]
            threading.Timer(seconds, cluster.workers[0].kill).start()
        return fit_on_cluster(cluster.engine, str(data), job)

    return fit


_SECONDS: dict[str, float] = {}


def _try(
    name: str,
    source: Source,
    training_set: TrainingSet,
    fresh: pd.DataFrame,
    cluster: Cluster | None,
) -> None:
    candidate = Candidate("all", "xgboost", {"all_rows": True, "learning_rate": 0.3})
    cache = FoldCache(training_set.problem)
    began, processor = time.monotonic(), _processor(cluster)
    peaks = _Peaks(cluster)
    with peaks.watched():
        run, done = fit_all_rows(
            candidate, training_set, cache, [], source, time.monotonic() + _LIMIT_S
        )
    _SECONDS[name] = time.monotonic() - began
    minutes = _SECONDS[name] / 60
    used = (_processor(cluster) - processor) / 60
    features = fresh[list(training_set.problem.features.columns)]
    output = model_output(done.fit, run.data, run.data.transformer.transform(features), 2)
    auc = roc_auc_score(fresh["y"].astype(int), output[:, 1])
    print(
        f"| {name} | {done.rows:,} {done.place} | {minutes:.1f} | {used:.1f} | "
        f"{peaks.own >> 20:,} MB | {peaks.worker >> 20:,} MB | {auc:.4f} |",
        flush=True,
    )


class _Peaks:
    """Highest memory of this process and of the largest worker, sampled every half second."""

    def __init__(self, cluster: Cluster | None) -> None:
        self.cluster, self.own, self.worker = cluster, 0, 0

    @contextlib.contextmanager
    def watched(self) -> Iterator[None]:
        ended = threading.Event()

        def look() -> None:
            while not ended.wait(0.5):
                self.own = max(self.own, psutil.Process().memory_info().rss)
                for worker in self.cluster.workers if self.cluster else []:
                    with contextlib.suppress(psutil.Error):
                        rss = psutil.Process(worker.pid).memory_info().rss
                        self.worker = max(self.worker, rss)

        thread = threading.Thread(target=look)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()


def _processor(cluster: Cluster | None) -> float:
    pids = [psutil.Process().pid, *(w.pid for w in (cluster.workers if cluster else []))]
    total = 0.0
    for pid in pids:
        with contextlib.suppress(psutil.Error):
            total += sum(psutil.Process(pid).cpu_times()[:2])
    return total


def _write(path: Path, rows: int, columns: int) -> None:
    rng = np.random.default_rng(0)
    writer = None
    for start in range(0, rows, _GROUP):
        part = pa.Table.from_pandas(
            _rows(rng, min(_GROUP, rows - start), columns), preserve_index=False
        )
        writer = writer or pq.ParquetWriter(path, part.schema)
        writer.write_table(part)
    if writer is not None:
        writer.close()


def _rows(rng: np.random.Generator, rows: int, columns: int) -> pd.DataFrame:
    x = rng.normal(size=(rows, columns)).astype(np.float32).astype(np.float64)
    value = np.sin(2 * x[:, 0]) + x[:, 1] * x[:, 2] + 0.5 * np.abs(x[:, 3])
    value += sum(np.sin(3 * x[:, n]) / (n - 2) for n in range(4, min(12, columns)))
    frame = pd.DataFrame(x, columns=[f"x{n}" for n in range(columns)])
    frame["y"] = (value + rng.normal(0, 1, rows) > 0.4).astype(int).astype(str)
    return frame


def _training_set(data: Path, rounds: int, seed: int) -> TrainingSet:
    with pq.ParquetFile(data) as file:
        first = file.read_row_group(0).slice(0, 2000).to_pandas()
    limits = replace(DEFAULT_LIMITS, out_of_core_rounds=rounds)
    spec = make_pipeline(first, "y", "binary")
    return make_training_set(spec, read_table(spec, data, limits=limits), seed, limits)


if __name__ == "__main__":
    main()
