"""Ending runs whose process has died without a word, so that their data set is free again."""

import dagster as dg

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.lib.partitions import PROCESS_TAG
from pipeweave_dagster.lib.resources import end_attempt, is_alive

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
        if run.status == dg.DagsterRunStatus.CANCELING:
            message = "The run was cancelled."
            instance.report_run_canceled(run, message)
        else:
            message = "The process of this run was killed."
            instance.report_run_failed(run, f"SERVICE_UNAVAILABLE: {message} Start it again.")
        if "dagster/partition" in run.tags:
            end_attempt(store, run.tags["dagster/partition"], run.run_id, message)
        ended.append(run.run_id)
    return ended
