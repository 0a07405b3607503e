"""Which assets the run of an upload makes: all, or none of the model where retraining waits."""

import dagster as dg

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.core.asset_catalog import NEED_TARGET
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.landing import Upload
from pipeweave_dagster.services.receive import settings_of


def assets_of_upload(
    store: DocumentStore, job: dg.JobDefinition, upload: Upload
) -> list[dg.AssetKey] | None:
    """Return the assets to make, or None for all of the job.

    With `retrain: {on_upload: false}` a data set that has a model gets another one only when it is
    due; its uploads are read, checked and reported on as before.
    """
    head = store.head(upload.dataset)
    if head is None or "model" not in head.entries or _trains(store, upload.dataset):
        return None
    return [k for k in job.asset_layer.selected_asset_keys if k.path[-1] not in NEED_TARGET]


def _trains(store: DocumentStore, dataset: str) -> bool:
    try:
        return settings_of(store, dataset).retrain.on_upload
    except PipeWeaveError:  # the run reports what is wrong with the settings
        return True
