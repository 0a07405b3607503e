"""Remove what is kept for a limited time only: caches of this machine, predictions, trials."""

import shutil
import time
from collections.abc import Collection
from pathlib import Path

from pipeweave_dagster.adapters import mlflow_store
from pipeweave_dagster.services.garbage_collection import storage_time
from pipeweave_dagster.services.workbench import Workbench
from pipeweave_dagster.settings import Settings

_DAY_S = 86_400.0


def clean_cache(settings: Settings, active_runs: Collection[str], *, dry: bool) -> int:
    """Remove scratch files of runs that have ended, and cached objects that nothing has used.

    Args:
        settings: Where the cache is, and how long unused copies are kept.
        active_runs: Ids of the runs that are under way.
        dry: Count without removing.

    Returns:
        Number of files.
    """
    removed, now = 0, time.time()
    for folder in _children(settings.cache_folder / "scratch"):
        # A run that has just begun may be missing among the active ones.
        if folder.name not in active_runs and now - folder.stat().st_mtime > _DAY_S:
            removed += sum(1 for path in folder.rglob("*") if path.is_file())
            if not dry:
                shutil.rmtree(folder, ignore_errors=True)
    unused_s = settings.keep_cache_days * _DAY_S
    for path in (settings.cache_folder / "objects").rglob("*"):
        if path.is_file() and now - path.stat().st_atime > unused_s:
            removed += 1
            if not dry:
                path.unlink(missing_ok=True)
    return removed


def _children(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.is_dir()] if folder.is_dir() else []


def clean_predictions(workbench: Workbench, *, dry: bool) -> int:
    """Remove predictions that are older than PIPEWEAVE_KEEP_PREDICTIONS_DAYS; return how many."""
    days = workbench.settings.keep_predictions_days
    if days is None:
        return 0
    storage = workbench.store.storage
    oldest = storage_time(workbench.store) - days * _DAY_S
    old = [stored.key for stored in storage.list("predictions/") if stored.modified < oldest]
    if not dry:
        for key in old:
            storage.delete(key)
    return len(old)


def clean_trials(workbench: Workbench, *, dry: bool) -> int:
    """Move trials in MLflow that are older than PIPEWEAVE_KEEP_TRIALS_DAYS to its trash."""
    days = workbench.settings.keep_trials_days
    if days is None:
        return 0
    return workbench.on_model(
        mlflow_store.delete_old_trials,
        tracking_uri=workbench.settings.tracking_uri,
        older_than=time.time() - days * _DAY_S,
        dry=dry,
    )
