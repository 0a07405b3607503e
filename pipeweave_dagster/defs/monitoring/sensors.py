"""The sensor that ends runs whose process has died, and starts them again."""

import datetime as dt
from collections.abc import Sequence

import dagster as dg

from pipeweave_dagster.lib.mlflow_runs import end_open_runs
from pipeweave_dagster.lib.partitions import AssetJob
from pipeweave_dagster.lib.reaper import reap
from pipeweave_dagster.lib.recent_requests import RecentRequests
from pipeweave_dagster.lib.resources import WorkbenchResource
from pipeweave_dagster.lib.restarts import restart_requests
from pipeweave_dagster.services.run_leases import RunWatch
from pipeweave_dagster.settings import Settings

_INTERVAL_S = 15
# A tick looks back a little further than the last one: databases and daemons have their own clocks.
_OVERLAP = dt.timedelta(minutes=2)


def reaper(
    name: str, jobs: Sequence[AssetJob], workbench: WorkbenchResource
) -> dg.SensorDefinition:
    """Return a sensor that looks every 15 s for runs whose process has died."""
    watch, recent = RunWatch(), RecentRequests()

    @dg.sensor(
        name=name,
        jobs=jobs,
        minimum_interval_seconds=_INTERVAL_S,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Ends runs whose process has died, so that their data set is free again, and "
        "their open runs in MLflow; starts them again (PIPEWEAVE_CRASH_RESTARTS).",
    )
    def reap_dead_runs(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        now = dt.datetime.now(dt.UTC)
        with workbench.open() as bench:
            ended = reap(
                context.instance,
                bench.store,
                watch,
                restarts=bench.settings.crash_restarts,
                since=_last_look(context.cursor, now) - _OVERLAP,
            )
            end_open_runs(context.instance, bench)
            settings = bench.settings
        repository = context.repository_def
        assert repository is not None  # noqa: S101 - a sensor of a code location has one
        again = list(restart_requests(context.instance, [repository.get_job(j.name) for j in jobs]))
        skip = f"ended {', '.join(ended)}" if ended else "all runs are alive"
        if again and not _registry_responds(settings):
            again, skip = [], "interrupted runs are started again once MLflow responds"
        elif not recent.claim(str(request.run_key) for request in again):
            again, skip = [], "an earlier tick has just requested these runs"
        return dg.SensorResult(
            run_requests=again, skip_reason=None if again else skip, cursor=now.isoformat()
        )

    return reap_dead_runs


def _registry_responds(settings: Settings) -> bool:
    """Return whether a run would find MLflow; without a server its database is ours."""
    from pipeweave_dagster.adapters.http_checks import is_reachable

    uri = settings.tracking_uri
    return not uri.startswith(("http://", "https://")) or is_reachable(uri)


def _last_look(cursor: str | None, now: dt.datetime) -> dt.datetime:
    """Return when the sensor last looked; also if it stood still for days, or the clock was set."""
    try:
        return min(now, dt.datetime.fromisoformat(cursor)) if cursor else now
    except (ValueError, TypeError):
        return now
