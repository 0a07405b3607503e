"""A day of predict batches: growth of every store, and what the clean-up gives back."""

import os
import tempfile
import time
from pathlib import Path
from typing import Any

import dagster as dg

from benchmarks.load_parts.copied_home import copied_home
from pipeweave_dagster.cli.support import home
from pipeweave_dagster.definitions import defs
from pipeweave_dagster.lib.cleanup import clean_up
from pipeweave_dagster.lib.partitions import BATCH_TAG
from pipeweave_dagster.services.workbench import Workbench

_DAY = 1000
_BATCH_ROWS = 1000


def stores(batches: int) -> list[dict[str, Any]]:
    """Return a row per store: its size before, its growth per batch and per day, and the rest.

    Args:
        batches: How many are really scored, each by a run of its own, of 1,000 rows.
    """
    with (
        tempfile.TemporaryDirectory(prefix="pipeweave-load-") as place,
        copied_home(Path(place), 1) as instance,
    ):
        folder = Path(place) / "home"
        before = _sizes(folder)
        for number in range(batches):
            _score(instance, folder, number)
        after = _sizes(folder)
        days = {"keep_predictions_days": 1, "keep_logs_days": 1, "keep_runs": 1}
        _age(folder)
        settings = home.settings().model_copy(update=days)
        with Workbench(settings) as bench:
            clean_up(instance, bench, keep_runs=1)
            _age(folder)
            clean_up(instance, bench, keep_runs=1)
        left = _sizes(folder)
    return [
        {
            "store": name,
            "before": f"{before.get(name, 0) / 2**20:.2f} MB",
            "per batch": f"{(after[name] - before.get(name, 0)) / batches / 2**10:.1f} kB",
            f"per day of {_DAY} batches": f"{_mb(before, after, name) * _DAY / batches:.0f} MB",
            "given back": f"{(after[name] - left.get(name, 0)) / batches / 2**10:.1f} kB per batch",
        }
        for name in sorted(after)
        if after[name] != before.get(name, 0)
    ]


def _mb(before: dict[str, int], after: dict[str, int], name: str) -> float:
    return (after[name] - before.get(name, 0)) / 2**20


def _score(instance: dg.DagsterInstance, folder: Path, number: int) -> None:
    example = (Path(__file__).parents[2] / "examples" / "penguins.csv").read_text().splitlines()
    key = f"predict/penguins/batch-{number}.csv"
    file = folder / "storage" / key
    file.parent.mkdir(parents=True, exist_ok=True)
    lines = (example[1:] * (1 + _BATCH_ROWS // len(example)))[:_BATCH_ROWS]
    file.write_text("\n".join([example[0], *lines]) + "\n")
    job = defs.get_repository_def().get_job("predict_batch")
    result = job.execute_in_process(
        instance=instance, partition_key="penguins", tags={BATCH_TAG: key}
    )
    assert result.success


def _sizes(folder: Path) -> dict[str, int]:
    """Return the bytes of each store: areas of the storage, and the databases beside it."""
    sizes: dict[str, int] = {}
    for path in folder.rglob("*"):
        if path.is_file():
            parts = path.relative_to(folder).parts
            name = "/".join(parts[: 2 if parts[0] in {"storage", "cache", "dagster"} else 1])
            sizes[name] = sizes.get(name, 0) + path.stat().st_size
    return sizes


def _age(folder: Path) -> None:
    """Let everything be three days old: the clean-up leaves young objects to runs at work."""
    moment = time.time() - 3 * 86_400
    for path in (folder / "storage").rglob("*"):
        os.utime(path, (moment, moment), follow_symlinks=False)
