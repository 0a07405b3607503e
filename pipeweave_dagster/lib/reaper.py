"""Ending runs whose process has died without a word, so that their data set is free again."""

import datetime as dt

import dagster as dg

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.lib.failure_reasons import CANCELLED, KILLED, error_of
from pipeweave_dagster.lib.partitions import PROCESS_TAG
from pipeweave_dagster.lib.resources import end_attempt, is_alive

_UNSUCCESSFUL = [dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]
_LATELY = dt.timedelta(minutes=2)
_AT_A_TIME = 20
_UNFINISHED = [dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING]


def reap(instance: dg.DagsterInstance, store: DocumentStore) -> list[str]:
    """End every run whose process of this machine is gone; give their ids.

    The default run launcher knows its processes only in memory, so after a crash of the code
    server (or `kill -9`) runs would stay STARTED for ever and hold their queue slot.
    """
    ended = []
    for run in instance.get_runs(dg.RunsFilter(statuses=_UNFINISHED)):
        process = run.tags.get(PROCESS_TAG)
        if process is None or is_alive(process) is not False:
            continue
        why = KILLED
        if run.status == dg.DagsterRunStatus.CANCELING:
            why = CANCELLED
            instance.report_run_canceled(run, why.message)
        else:
            instance.report_run_failed(run, f"{why.code}: {why.text}")
        if "dagster/partition" in run.tags:
            end_attempt(store, run.tags["dagster/partition"], run.run_id, why)
        ended.append(run.run_id)
    _tell_pages(instance, store)
    return ended


def _tell_pages(instance: dg.DagsterInstance, store: DocumentStore) -> None:
    """Let no attempt count as running whose run Dagster has ended without its process."""
    since = dt.datetime.now(dt.UTC) - _LATELY
    lately = dg.RunsFilter(statuses=_UNSUCCESSFUL, updated_after=since)
    for run in instance.get_runs(lately, limit=_AT_A_TIME):
        dataset, why = run.tags.get("dagster/partition"), error_of(instance, run.run_id)
        if dataset is not None and why is not None:
            end_attempt(store, dataset, run.run_id, why)
