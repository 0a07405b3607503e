"""The schedule of the overview."""

import dagster as dg

from pipeweave_dagster.lib.partitions import AssetJob


def overview_schedule(job: AssetJob) -> dg.ScheduleDefinition:
    """Return the hourly schedule of the overview."""
    return dg.ScheduleDefinition(
        name=f"{job.name}_hourly",
        job=job,
        cron_schedule="7 * * * *",
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Refreshes workbench_overview.",
    )
