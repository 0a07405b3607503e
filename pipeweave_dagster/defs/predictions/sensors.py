"""Files to score start batches."""

import dagster as dg

from pipeweave_dagster.core.landing import Upload
from pipeweave_dagster.lib.console import PRINTED
from pipeweave_dagster.lib.partitions import BATCH_TAG, UPLOAD_VERSION_TAG, AssetJob
from pipeweave_dagster.lib.requests import look
from pipeweave_dagster.lib.resources import WorkbenchResource

_INTERVAL_S = 3


def batch_request(upload: Upload) -> dg.RunRequest:
    """The run that scores one file."""
    return dg.RunRequest(
        run_key=f"{upload.dataset}-{upload.version}",
        partition_key=upload.dataset,
        tags={BATCH_TAG: upload.key, UPLOAD_VERSION_TAG: upload.version},
        run_config=PRINTED,
    )


def predict_sensor(name: str, job: AssetJob, workbench: WorkbenchResource) -> dg.SensorDefinition:
    """A scored batch for every new version of every file under `predict/<dataset>/`."""

    @dg.sensor(
        name=name,
        job=job,
        minimum_interval_seconds=_INTERVAL_S,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Starts predict_batch for every new or changed file under predict/.",
    )
    def predict(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        with workbench.open() as bench:
            whole = bench.settings.storage_is_s3
            return look(context, bench.store, "predict/", batch_request, whole=whole)

    return predict
