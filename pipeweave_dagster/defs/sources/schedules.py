"""Schedules that pull sources."""

from collections.abc import Mapping, Sequence

import dagster as dg

from pipeweave_dagster.core.documents import Source
from pipeweave_dagster.lib.run_time_limit import job_tags
from pipeweave_dagster.lib.source_names import source_key


def pull_job(name: str, sources: Mapping[str, Source], prefix: Sequence[str]) -> dg.JobDefinition:
    """Return the job that pulls sources, all of them unless assets are selected."""
    keys = [source_key(source, prefix) for source in sources]
    job: dg.JobDefinition = dg.define_asset_job(  # type: ignore[assignment]
        name,
        selection=dg.AssetSelection.assets(*keys),
        description="Pull sources into the landing zone.",
        executor_def=dg.in_process_executor,
        tags=job_tags(),
    )
    return job


def pull_schedules(
    sources: Mapping[str, Source], prefix: Sequence[str], job: dg.JobDefinition
) -> list[dg.ScheduleDefinition]:
    """Return a schedule for every source that has one in its file."""
    return [
        _schedule(name, source, prefix, job) for name, source in sources.items() if source.schedule
    ]


def _schedule(
    name: str, source: Source, prefix: Sequence[str], job: dg.JobDefinition
) -> dg.ScheduleDefinition:
    key = source_key(name, prefix)

    @dg.schedule(
        name="_".join([*prefix, "pull", name.replace("-", "_")]),
        job=job,
        cron_schedule=str(source.schedule),
        execution_timezone=source.timezone,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description=f"Pulls {source.described}.",
    )
    def pull_source() -> dg.RunRequest:
        return dg.RunRequest(asset_selection=[key])

    return pull_source
