"""The sensor that starts runs for uploads."""

import dagster as dg

from pipeweave_dagster.lib.partitions import UPLOAD_TAG, AssetJob
from pipeweave_dagster.lib.resources import WorkbenchResource
from pipeweave_dagster.lib.run_requests import landing_sensor
from pipeweave_dagster.lib.upload_assets import assets_of_upload


def uploads_sensor(name: str, job: AssetJob, workbench: WorkbenchResource) -> dg.SensorDefinition:
    """Return a sensor that starts a run for every new version of every file under `uploads/`.

    Each version starts exactly one run: the full listing is compared with the record of what was
    seen, because neither names nor timestamps arrive in order.
    """
    return landing_sensor(
        name,
        job,
        workbench,
        folder="uploads",
        tag=UPLOAD_TAG,
        description="Starts process_dataset for every new or changed file under uploads/.",
        assets=assets_of_upload,
    )
