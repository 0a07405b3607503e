"""Uploads start runs."""

import dagster as dg

from pipeweave_dagster.core.landing import Upload
from pipeweave_dagster.lib.console import PRINTED
from pipeweave_dagster.lib.partitions import UPLOAD_TAG, UPLOAD_VERSION_TAG, AssetJob
from pipeweave_dagster.lib.requests import look
from pipeweave_dagster.lib.resources import WorkbenchResource

_INTERVAL_S = 3


def process_request(upload: Upload) -> dg.RunRequest:
    """The run of one version of one upload."""
    return dg.RunRequest(
        run_key=f"{upload.dataset}-{upload.version}",
        partition_key=upload.dataset,
        tags={UPLOAD_TAG: upload.key, UPLOAD_VERSION_TAG: upload.version},
        run_config=PRINTED,
    )


def uploads_sensor(name: str, job: AssetJob, workbench: WorkbenchResource) -> dg.SensorDefinition:
    """A run for every new version of every file under `uploads/`.

    Never one version twice and never one missed: the full listing is compared with the record of
    what was seen, since neither names nor time stamps arrive in order.
    """

    @dg.sensor(
        name=name,
        job=job,
        minimum_interval_seconds=_INTERVAL_S,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Starts process_dataset for every new or changed file under uploads/.",
    )
    def uploads(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        with workbench.open() as bench:
            whole = bench.settings.storage_is_s3
            return look(context, bench.store, "uploads/", process_request, whole=whole)

    return uploads
