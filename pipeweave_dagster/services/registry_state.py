"""Whether the versions that the storage knows are still in MLflow, where anyone may delete them."""

import logging

from pipeweave_dagster.adapters import mlflow_store
from pipeweave_dagster.core.documents import TrainedModel
from pipeweave_dagster.core.errors import PipeWeaveError, not_found
from pipeweave_dagster.services.champion import set_alias
from pipeweave_dagster.services.model_versions import load_version, versions
from pipeweave_dagster.services.workbench import Workbench

logger = logging.getLogger(__name__)
# MLflow's client retries for minutes if a server is down.
_PATIENCE_S = 30.0


def promote_version(workbench: Workbench, dataset: str, version: str) -> None:
    """Make a version the champion.

    Raises:
        PipeWeaveError: NOT_FOUND unless the version is both in this storage and, as the same
            model, in MLflow.
    """
    known = f"See 'pipeweave models history {dataset}'."
    if version not in versions(workbench.store, dataset):
        raise not_found(f"{dataset!r} has no model version {version[:20]}.", fix=known)
    trained, _ = load_version(workbench.store, dataset, version)
    problem = workbench.on_model(
        mlflow_store.missing_version,
        tracking_uri=workbench.settings.tracking_uri,
        link=trained.mlflow,
    )
    if problem:
        raise not_found(
            f"Version {version} of {dataset!r} cannot be promoted: {problem}.",
            fix=f"Promote another version, or run the data set again. {known}",
        )
    set_alias(workbench, dataset, version, "champion")


def missing_in_mlflow(workbench: Workbench, trained: TrainedModel) -> str:
    """Return why a trained model is no longer in the registry, as a clause; empty if it is there.

    Its run and experiment are restored from MLflow's trash. If MLflow does not respond, the model
    counts as present: a run that changes nothing needs no MLflow.
    """
    try:
        return workbench.apart_within(
            _PATIENCE_S,
            mlflow_store.missing_version,
            tracking_uri=workbench.settings.tracking_uri,
            link=trained.mlflow,
        )
    except PipeWeaveError as error:
        logger.warning("MLflow was not asked for the model: %s", error)
        return ""
