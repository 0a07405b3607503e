"""End runs whose process has died, so that their data set is free again."""

import datetime as dt

import dagster as dg

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.lib.attempts import end_attempt
from pipeweave_dagster.lib.failure_reasons import CANCELLED, KILLED, error_of
from pipeweave_dagster.lib.partitions import PROCESS_TAG
from pipeweave_dagster.lib.processes import is_alive

_UNSUCCESSFUL = [dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]
_UNFINISHED = [dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING]
_RECENT = dt.timedelta(minutes=2)
_MOST_AT_ONCE = 20


def reap(instance: dg.DagsterInstance, store: DocumentStore) -> list[str]:
    """End every run whose process on this machine is gone; return the run ids.

    The default run launcher keeps its processes only in memory, so after a crash of the code
    server (or `kill -9`) runs would stay STARTED for ever and keep their slot in the queue.
    """
    ended = []
    for run in instance.get_runs(dg.RunsFilter(statuses=_UNFINISHED)):
        process = run.tags.get(PROCESS_TAG)
        if process is None or is_alive(process) is not False:
            continue
        reason = KILLED
        if run.status == dg.DagsterRunStatus.CANCELING:
            reason = CANCELLED
            instance.report_run_canceled(run, reason.message)
        else:
            instance.report_run_failed(run, f"{reason.code}: {reason.text}")
        if "dagster/partition" in run.tags:
            end_attempt(store, run.tags["dagster/partition"], run.run_id, reason)
        ended.append(run.run_id)
    _end_attempts(instance, store)
    return ended


def _end_attempts(instance: dg.DagsterInstance, store: DocumentStore) -> None:
    """End attempts that count as running although Dagster has ended their run."""
    since = dt.datetime.now(dt.UTC) - _RECENT
    recent = dg.RunsFilter(statuses=_UNSUCCESSFUL, updated_after=since)
    for run in instance.get_runs(recent, limit=_MOST_AT_ONCE):
        dataset, reason = run.tags.get("dagster/partition"), error_of(instance, run.run_id)
        if dataset is not None and reason is not None:
            end_attempt(store, dataset, run.run_id, reason)
