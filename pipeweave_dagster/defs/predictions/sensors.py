"""The sensor that starts a batch for each file to score."""

import dagster as dg

from pipeweave_dagster.lib.landing_sensor import landing_sensor
from pipeweave_dagster.lib.partitions import BATCH_TAG, AssetJob
from pipeweave_dagster.lib.resources import WorkbenchResource


def predict_sensor(name: str, job: AssetJob, workbench: WorkbenchResource) -> dg.SensorDefinition:
    """Return a sensor that scores every new version of every file under `predict/<dataset>/`."""
    return landing_sensor(
        name,
        job,
        workbench,
        folder="predict",
        tag=BATCH_TAG,
        description="Starts predict_batch for every new or changed file under predict/.",
    )
