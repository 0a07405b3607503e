"""The schedule that retrains what is due."""

import time

import dagster as dg
from pydantic import ValidationError

from pipeweave_dagster.lib.console_logs import CONSOLE_CONFIG
from pipeweave_dagster.lib.partitions import DATASETS, REASON_TAG, AssetJob
from pipeweave_dagster.lib.resources import WorkbenchResource
from pipeweave_dagster.lib.retrain_requests import Request, requests
from pipeweave_dagster.settings import Settings


def retrain_schedule(
    name: str, job: AssetJob, workbench: WorkbenchResource
) -> dg.ScheduleDefinition:
    """Return a schedule that retrains every data set that is due.

    It looks as often as PIPEWEAVE_RETRAIN_LOOK_MINUTES says.
    """
    minutes = _look_minutes(workbench)

    @dg.schedule(
        name=name,
        job=job,
        cron_schedule="0 * * * *" if minutes == 60 else f"*/{minutes} * * * *",
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Retrains data sets that are due by the setting retrain: cron, age, drift, "
        "labels. Missed times are made up for once; unchanged data is skipped.",
    )
    def retrain_due(
        context: dg.ScheduleEvaluationContext,
    ) -> list[dg.RunRequest] | dg.SkipReason:
        with workbench.open() as bench:
            found = requests(bench.store, bench.settings, time.time())
        # A storage may have data sets that a new Dagster database does not know; a request for an
        # unknown partition would fail the tick, and with it all other data sets.
        if found.due:
            names = [request.dataset for request in found.due]
            context.instance.add_dynamic_partitions(str(DATASETS.name), names)
        stamp = context.scheduled_execution_time.isoformat()
        skipped = "; ".join(found.skipped)
        if skipped:
            context.log.info("%s", skipped)
        return [_run(request, stamp) for request in found.due] or dg.SkipReason(
            skipped or "no model is due"
        )

    return retrain_due


def _look_minutes(workbench: WorkbenchResource) -> int:
    """Return how often the schedule looks.

    Invalid settings are reported by its ticks: the code location must load in spite of them.
    """
    try:
        return workbench.settings().retrain_look_minutes
    except ValidationError:
        return int(Settings.model_fields["retrain_look_minutes"].default)


def _run(request: Request, stamp: str) -> dg.RunRequest:
    return dg.RunRequest(
        run_key=f"retrain-{request.dataset}-{stamp}",
        partition_key=request.dataset,
        tags={REASON_TAG: request.reason},
        run_config=CONSOLE_CONFIG,
    )
