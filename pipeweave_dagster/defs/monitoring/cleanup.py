"""The job that cleans up, and its daily schedule."""

import dagster as dg

from pipeweave_dagster.lib.cleanup import clean_up
from pipeweave_dagster.services.workbench import Workbench


def cleanup_job(name: str) -> dg.JobDefinition:
    """Return the job that removes what nothing refers to, and what is older than the settings."""

    @dg.op(name=f"{name}_op")
    def remove(context: dg.OpExecutionContext, workbench: dg.ResourceParam[Workbench]) -> None:
        counts = clean_up(context.instance, workbench)
        context.log.info("Removed: %s", ", ".join(f"{n} {kind}" for kind, n in counts.items()))
        context.add_output_metadata(counts)

    @dg.job(
        name=name,
        description="Removes unreferenced objects, unused caches, and what is older than the "
        "settings PIPEWEAVE_KEEP_... allow; safe beside runs that are under way.",
        executor_def=dg.in_process_executor,
    )
    def clean() -> None:
        remove()

    return clean


def cleanup_schedule(job: dg.JobDefinition) -> dg.ScheduleDefinition:
    """Return the daily schedule of the clean-up."""
    return dg.ScheduleDefinition(
        name=f"{job.name}_daily",
        job=job,
        cron_schedule="23 3 * * *",
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Cleans up storage, caches and logs.",
    )
