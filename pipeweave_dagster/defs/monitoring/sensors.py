"""Runs whose process has died without a word are ended, so that their data set is free again."""

import dagster as dg

from pipeweave_dagster.lib.partitions import PROCESS_TAG
from pipeweave_dagster.lib.resources import is_alive

_UNFINISHED = [dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING]


def reap(instance: dg.DagsterInstance) -> list[str]:
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
            instance.report_run_canceled(run, "Its process has ended.")
        else:
            instance.report_run_failed(
                run, "SERVICE_UNAVAILABLE: The process of this run was killed. Start it again."
            )
        ended.append(run.run_id)
    return ended


def reaper(name: str) -> dg.SensorDefinition:
    """Looks every 15 s for runs whose process has died."""

    @dg.sensor(
        name=name,
        minimum_interval_seconds=15,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Ends runs whose process has died, so that their data set is free again.",
    )
    def reap_dead_runs(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        ended = reap(context.instance)
        return dg.SkipReason(f"ended {', '.join(ended)}" if ended else "all runs are alive")

    return reap_dead_runs
