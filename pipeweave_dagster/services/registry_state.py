"""Whether the versions that the storage knows are still in MLflow, where anyone may delete them."""

import logging

from pipeweave_dagster.adapters import mlflow_store
from pipeweave_dagster.adapters.mlflow_store import quick_lookup
from pipeweave_dagster.core.documents import TrainedModel
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.services.workbench import Workbench

logger = logging.getLogger(__name__)
# MLflow's client retries for minutes if a server is down.
_PATIENCE_S = 30.0


def missing_in_mlflow(workbench: Workbench, trained: TrainedModel) -> str:
    """Return why a trained model is no longer in the registry, as a clause; empty if it is there.

    Its run and experiment are restored from MLflow's trash. If MLflow does not respond, the model
    counts as present: a run that changes nothing needs no MLflow.
    """
    uri, link = workbench.settings.tracking_uri, trained.mlflow
    if link is not None and quick_lookup.is_surely_present(uri, link):
        return ""
    try:
        return workbench.apart_within(
            _PATIENCE_S, mlflow_store.missing_version, tracking_uri=uri, link=link
        )
    except PipeWeaveError as error:
        logger.warning("MLflow was not asked for the model: %s", error)
        return ""
