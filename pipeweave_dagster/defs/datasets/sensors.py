"""The sensor that starts runs for uploads."""

from collections.abc import Sequence

import dagster as dg

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.core.landing import Upload
from pipeweave_dagster.lib.landing_sensor import landing_sensor
from pipeweave_dagster.lib.partitions import UPLOAD_TAG, AssetJob
from pipeweave_dagster.lib.resources import WorkbenchResource
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
        assets=_assets_of_claimed,
    )


def _assets_of_claimed(
    store: DocumentStore, job: dg.JobDefinition, upload: Upload
) -> Sequence[dg.AssetKey] | None:
    """Return the assets to make; the owner is recorded first, since the run may wait for long."""
    from pipeweave_dagster.services.named_owners import claim_arrived

    claim_arrived(store, upload.dataset)
    return assets_of_upload(store, job, upload)
