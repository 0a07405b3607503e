"""Uploads start runs."""

import dagster as dg

from pipeweave_dagster.lib.partitions import UPLOAD_TAG, AssetJob
from pipeweave_dagster.lib.resources import WorkbenchResource
from pipeweave_dagster.lib.run_requests import landing_sensor


def uploads_sensor(name: str, job: AssetJob, workbench: WorkbenchResource) -> dg.SensorDefinition:
    """A run for every new version of every file under `uploads/`.

    Never one version twice and never one missed: the full listing is compared with the record of
    what was seen, since neither names nor time stamps arrive in order.
    """
    return landing_sensor(
        name,
        job,
        workbench,
        folder="uploads",
        tag=UPLOAD_TAG,
        description="Starts process_dataset for every new or changed file under uploads/.",
    )
