"""One run of one system on one split, under its outer wall clock; and the file of results."""

import contextlib
import csv
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from automl_parts.systems import SCRIPTS, SYSTEMS, python_of
from pipeweave_dagster.core.documents import MetricName
from pipeweave_dagster.core.metrics.metrics import auc, row_log_loss

_GRACE = 1.1
_FLOOR = 1e-6


class Run(NamedTuple):
    """One line of the results file. Greater metrics are better; `state` is ok, killed or failed.

    A run that left no predictions in time has the metric of the constant baseline.
    """

    split: str
    system: str
    budget: float
    metric: float
    constant: float
    seconds: float
    cpu_seconds: float
    state: str
    note: str

    @property
    def key(self) -> tuple[str, str, float]:
        """What tells it from the other runs."""
        return self.split, self.system, self.budget


def read_runs(file: Path) -> list[Run]:
    """Runs that are done; none where there is no file."""
    if not file.exists():
        return []
    with file.open(newline="") as lines:
        return [
            Run(r["split"], r["system"], float(r["budget"]), float(r["metric"]),
                float(r["constant"]), float(r["seconds"]), float(r["cpu_seconds"]),
                r["state"], r["note"])
            for r in csv.DictReader(lines, delimiter="\t")
        ]  # fmt: skip


def append_run(file: Path, run: Run) -> None:
    """Add a line, at once on disk, so that a benchmark that is killed goes on where it was."""
    fresh = not file.exists()
    with file.open("a", newline="") as lines:
        writer = csv.writer(lines, delimiter="\t", lineterminator="\n")
        if fresh:
            writer.writerow(Run._fields)
        writer.writerow(run)


def run_one(
    name: str, folder: Path, budget: float, store: Path, extra: list[str], keep: Path | None = None
) -> Run:
    """Start the system's script, kill it and all it started 10 % past the budget, and score.

    The predictions are written to the file `keep` as well, if it is given and there are any.
    """
    system = SYSTEMS[name]
    python = python_of(system, store, extra)
    before = os.times()
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch) / "predictions.csv"
        began = time.monotonic()
        process = subprocess.Popen(
            [python, str(SCRIPTS / system.script), str(folder.resolve()), str(out), str(began),
             str(budget), *system.arguments],
            cwd=scratch,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
            env={**os.environ, "OMP_WAIT_POLICY": "PASSIVE", "PYTHONWARNINGS": "ignore"},
        )  # fmt: skip
        state = "ok"
        try:
            errors = process.communicate(timeout=_GRACE * budget)[1]
        except subprocess.TimeoutExpired:
            state = "killed"
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, 9)
        if state == "killed":
            errors = process.communicate()[1]
        seconds = time.monotonic() - began
        predictions = None
        # Half a file of a killed process is no prediction.
        if state == "ok" and process.returncode == 0 and out.exists():
            predictions = pd.read_csv(out)
            if keep is not None:
                shutil.copyfile(out, keep)
        elif state == "ok":
            state = "failed"
    after = os.times()
    cpu = after.children_user + after.children_system
    cpu -= before.children_user + before.children_system
    tail = " ".join(errors.decode(errors="replace").split())[-200:] if state != "ok" else ""
    return Run(
        folder.name, name, budget, metric_of(folder, predictions), metric_of(folder, None),
        round(seconds, 1), round(cpu, 1), state, tail,
    )  # fmt: skip


def metric_of(folder: Path, predictions: pd.DataFrame | None) -> float:
    """AUC, minus log loss or minus RMSE: greater is better. None: the constant baseline."""
    metric, truth, output = outputs_of(folder, predictions)
    if metric == "rmse":
        return -float(np.sqrt(np.mean((truth - output) ** 2)))
    if metric == "roc_auc":
        return float(auc(truth == 1, output[:, 1]) or 0.5)
    return -float(row_log_loss(truth, output).mean())


def outputs_of(
    folder: Path, predictions: pd.DataFrame | None
) -> tuple[MetricName, np.ndarray, np.ndarray]:
    """The metric, and for each test row of a known class its truth and the prediction.

    Truth and prediction are values in a regression, else codes and a probability per class.
    """
    task = (folder / "task.txt").read_text()
    train = pd.read_csv(folder / "train.csv", usecols=["target"])["target"]
    test = pd.read_csv(folder / "test.csv", usecols=["target"])["target"]
    if task == "regression":
        values = np.full(len(test), train.mean())
        if predictions is not None:
            values = predictions["prediction"].to_numpy()
        return "rmse", test.to_numpy(), values
    labels = sorted(train.astype(str).unique())
    shares = train.astype(str).value_counts(normalize=True)
    proba = np.tile([shares[label] for label in labels], (len(test), 1))
    if predictions is not None:
        zero = pd.Series(np.zeros(len(test)))
        proba = np.c_[tuple(predictions.get(f"probability_{x}", zero) for x in labels)]
    known = test.astype(str).isin(labels).to_numpy()
    codes = np.searchsorted(labels, test.astype(str)[known])
    metric: MetricName = "roc_auc" if task == "binary" else "log_loss"
    return metric, codes, np.clip(proba[known], _FLOOR if metric == "log_loss" else 0, 1)


def run_all(
    folders: list[Path],
    systems: list[str],
    budget: float,
    store: Path,
    results: Path,
    extra: list[str],
) -> None:
    """Every system on every split that has no line in the results yet, split by split."""
    done = {run.key for run in read_runs(results)}
    for name in systems:
        python_of(SYSTEMS[name], store, extra)
    for folder in folders:
        for name in systems:
            if (folder.name, name, budget) in done:
                continue
            run = run_one(name, folder, budget, store, extra)
            append_run(results, run)
            print(
                f"{run.split} {name}: {abs(run.metric):.4f} (constant {abs(run.constant):.4f}), "
                f"{run.seconds:.0f} s, {run.cpu_seconds:.0f} s CPU, {run.state} {run.note}",
                file=sys.stderr,
                flush=True,
            )
