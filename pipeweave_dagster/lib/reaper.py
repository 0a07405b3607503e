"""Ending runs whose process has died without a word, so that their data set is free again."""

import dagster as dg

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.core.errors import unavailable
from pipeweave_dagster.lib.partitions import PROCESS_TAG
from pipeweave_dagster.lib.resources import CANCELLED, end_attempt, is_alive

KILLED = unavailable("The process of this run was killed.", fix="Start it again.")
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
    return ended
