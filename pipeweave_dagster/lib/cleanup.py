"""Everything that a clean-up removes, and what it must leave to runs that are under way."""

import datetime as dt
from typing import Any

import dagster as dg

from pipeweave_dagster.services.garbage_collection import collect
from pipeweave_dagster.services.retention import clean_cache, clean_predictions, clean_trials
from pipeweave_dagster.services.workbench import Workbench

_AT_WORK = [
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]
_FINISHED = [
    dg.DagsterRunStatus.SUCCESS,
    dg.DagsterRunStatus.FAILURE,
    dg.DagsterRunStatus.CANCELED,
]
_PAGE = 1000


def clean_up(
    instance: dg.DagsterInstance,
    workbench: Workbench,
    *,
    keep_runs: int | None = None,
    dry: bool = False,
) -> dict[str, Any]:
    """Remove what nothing refers to, and what is older than the settings allow.

    Args:
        instance: Whose runs are under way, and whose old logs are removed.
        workbench: Storage, caches and settings.
        keep_runs: Number of latest runs to keep per data set; default: the setting.
        dry: Count without removing.

    Returns:
        Numbers by kind; `objects` and `bytes` are those of the storage.
    """
    counts = collect(
        workbench.store,
        keep_runs or workbench.settings.keep_runs,
        dry=dry,
        quiet=lambda: not _at_work(instance),
    )
    return {
        **counts,
        "cache_files": clean_cache(workbench.settings, _at_work(instance), dry=dry),
        "predictions": clean_predictions(workbench, dry=dry),
        "trials": clean_trials(workbench, dry=dry),
        "runs": _clean_logs(instance, workbench.settings.keep_logs_days, dry=dry),
    }


def _at_work(instance: dg.DagsterInstance) -> set[str]:
    """Return the runs of data sets that are under way; this clean-up may be a run itself."""
    runs = instance.get_runs(dg.RunsFilter(statuses=_AT_WORK))
    return {run.run_id for run in runs if "dagster/partition" in run.tags}


def _clean_logs(instance: dg.DagsterInstance, days: float | None, *, dry: bool) -> int:
    """Delete ended runs of data sets with their events, but the last success of each job."""
    if days is None:
        return 0
    kept, doomed = set[tuple[str, str]](), list[str]()
    oldest = dt.datetime.now(dt.UTC) - dt.timedelta(days=days)
    finished, cursor = dg.RunsFilter(statuses=_FINISHED), None
    while records := instance.get_run_records(finished, limit=_PAGE, cursor=cursor):
        cursor = records[-1].dagster_run.run_id
        for record in records:
            run = record.dagster_run
            subject = (run.job_name, run.tags.get("dagster/partition", ""))
            if run.status == dg.DagsterRunStatus.SUCCESS and subject not in kept:
                kept.add(subject)
            elif subject[1] and record.create_timestamp.replace(tzinfo=dt.UTC) < oldest:
                doomed.append(run.run_id)
    if not dry:
        for run_id in doomed:
            instance.delete_run(run_id)
    return len(doomed)
