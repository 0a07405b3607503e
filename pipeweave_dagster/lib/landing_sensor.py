"""Sensors of the landing zone, which start a run for every new version of a file."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

import dagster as dg

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.core.landing import Upload
from pipeweave_dagster.lib.console_logs import CONSOLE_CONFIG
from pipeweave_dagster.lib.landing_tick import Context, SensorMemory, WatchedFolder, run_tick
from pipeweave_dagster.lib.listing_scope import Listings
from pipeweave_dagster.lib.partitions import (
    UPLOAD_VERSION_TAG,
    AssetJob,
)
from pipeweave_dagster.lib.resources import WorkbenchResource

_INTERVAL_S = 3
AssetsOf: TypeAlias = Callable[
    [DocumentStore, dg.JobDefinition, Upload], Sequence[dg.AssetKey] | None
]


def landing_sensor(
    name: str,
    job: AssetJob,
    workbench: WorkbenchResource,
    *,
    folder: str,
    tag: str,
    description: str,
    assets: AssetsOf | None = None,
) -> dg.SensorDefinition:
    """Return a sensor that starts a run for every new version of every file below a folder.

    Args:
        name: Name of the sensor.
        job: What it starts.
        workbench: Where the landing zone is.
        folder: Folder of the landing zone.
        tag: Run tag that holds the file's key.
        description: For the web UI.
        assets: Returns the assets that the run of an upload makes, None for all; default: all.
    """
    memory = SensorMemory(Listings(folder))

    def request(store: DocumentStore, context: Context, upload: Upload) -> dg.RunRequest:
        repository = context.repository_def
        assert repository is not None  # noqa: S101 - a sensor of a code location has one
        made = assets(store, repository.get_job(job.name), upload) if assets else None
        return dg.RunRequest(
            run_key=f"{upload.dataset}-{upload.version}",
            partition_key=upload.dataset,
            tags={tag: upload.key, UPLOAD_VERSION_TAG: upload.version},
            run_config=CONSOLE_CONFIG,
            asset_selection=made,
        )

    @dg.sensor(
        name=name,
        job=job,
        minimum_interval_seconds=_INTERVAL_S,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description=description,
    )
    def sensor(context: Context) -> dg.SensorResult | dg.SkipReason:
        settings = workbench.settings()
        scope = memory.listings.scope(settings, context.cursor)
        if scope.places == []:
            return dg.SkipReason(scope.reason)
        with workbench.open() as bench:
            zone = WatchedFolder(f"{folder}/", scope, whole=settings.storage_is_s3)
            return run_tick(context, bench.store, zone, request, memory)

    return sensor
