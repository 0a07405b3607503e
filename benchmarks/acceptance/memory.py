"""TRN-17: a table of a million rows and 200 columns on 2 GB, the whole way of a run."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pyarrow as pa
import pyarrow.parquet as pq

from acceptance.common import Check
from acceptance.models import Trainer

_ROWS, _COLUMNS, _PART = 1_000_000, 200, 100_000
_LIMIT_MB = 2_048
_TIME_LIMIT_S = 7_200


def large(path: Path) -> None:
    """189 numbers, ten categories and a target that 40 of the numbers tell."""
    rng = np.random.default_rng(0)
    weights, levels = rng.normal(size=40), np.array([f"level {k}" for k in range(200)])
    writer = None
    for _ in range(_ROWS // _PART):
        x = rng.normal(size=(_PART, _COLUMNS - 11)).round(2)
        told = x[:, :40] @ weights / 3 + rng.normal(size=_PART)
        data = {f"n{i}": x[:, i] for i in range(x.shape[1])}
        data |= {f"c{i}": levels[rng.integers(0, 200, _PART)] for i in range(10)}
        part = pa.table({**data, "y": np.where(told > 0, "yes", "no")})
        writer = writer or pq.ParquetWriter(path, part.schema)
        writer.write_table(part)
    if writer is not None:
        writer.close()


class Watch(threading.Thread):
    """The most that a process and all below it hold together, in MB (shared pages count often)."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid, self.peak_mb = pid, 0.0

    def run(self) -> None:
        """Look five times a second until the process is gone."""
        while psutil.pid_exists(self.pid):
            held = 0
            try:
                root = psutil.Process(self.pid)
                for process in (root, *root.children(recursive=True)):
                    held += process.memory_info().rss
            except psutil.Error:
                pass
            self.peak_mb = max(self.peak_mb, held / 2**20)
            time.sleep(0.2)


def memory(trainer: Trainer) -> Iterator[Check]:
    """Run it under a limit of 2 GB; nothing enforces the limit but what PipeWeave foresees."""
    scratch = trainer.bench.scratch
    large(scratch / "large.parquet")
    told = {"PIPEWEAVE_HOME": str(scratch / "home"), "PIPEWEAVE_MEMORY_LIMIT_MB": str(_LIMIT_MB)}
    command = [sys.executable, "-m", "pipeweave_dagster.cli", "run", "large.parquet"]
    command += ["--target", "y", "--time-budget", "180"]
    with subprocess.Popen(
        command, cwd=scratch, env={**os.environ, **told}, stdout=subprocess.PIPE, text=True
    ) as process:
        watch = Watch(process.pid)
        watch.start()
        shown = process.communicate(timeout=_TIME_LIMIT_S)[0]
    said = next((line for line in shown.splitlines() if "on a sample of" in line), "nothing said")
    yield Check(
        "TRN-17", "1M x 200 ends, and says what it sampled",
        f"exit code {process.returncode}: {said}", process.returncode == 0 and "sample" in said,
    )  # fmt: skip
    yield Check(
        "TRN-17", f"never more than {_LIMIT_MB} MB", f"{watch.peak_mb:.0f} MB",
        watch.peak_mb <= _LIMIT_MB,
    )  # fmt: skip
