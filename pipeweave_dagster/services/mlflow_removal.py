"""What MLflow has of a data set, and its removal."""

from collections.abc import Mapping

from pipeweave_dagster.adapters import mlflow_store
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.services.champion import model_name
from pipeweave_dagster.services.dataset_problems import contained
from pipeweave_dagster.services.model_versions import find_version, versions
from pipeweave_dagster.services.tracking import experiment_name
from pipeweave_dagster.services.workbench import Workbench

# MLflow's client retries for minutes if a server is down.
_PATIENCE_S = 30.0


def known_versions(workbench: Workbench, dataset: str) -> dict[str, str | None]:
    """Return the versions that this storage knows with their MLflow runs; None: unreadable."""
    found: dict[str, str | None] = {}
    for version in versions(workbench.store, dataset):
        found[version] = None
        with contained(dataset):
            model = find_version(workbench.store, dataset, version)
            found[version] = model[0].mlflow.run_id if model and model[0].mlflow else None
    return found


def in_mlflow(workbench: Workbench, dataset: str, runs: list[str]) -> mlflow_store.InMlflow:
    """Return which versions and experiment MLflow has of a data set.

    Raises:
        PipeWeaveError: SERVICE_UNAVAILABLE if MLflow does not respond.
    """
    return workbench.apart_within(
        _PATIENCE_S,
        mlflow_store.look_up,
        tracking_uri=workbench.settings.tracking_uri,
        model_name=model_name(dataset),
        experiment=experiment_name(dataset),
        runs=runs,
    )


def remove_or_list(
    workbench: Workbench, dataset: str, known: Mapping[str, str | None], *, keep: bool, dry: bool
) -> tuple[list[str], list[str]]:
    """Remove the versions of a data set and its experiment from MLflow.

    Args:
        workbench: Storage and workers.
        dataset: The data set.
        known: Its versions, from `known_versions`.
        keep: Remove nothing.
        dry: Remove nothing, and return what would be removed.

    Returns:
        What was removed, and what stays in MLflow, each as texts. A version that is not of this
        storage stays, and so does everything if MLflow does not respond.
    """
    model, experiment = model_name(dataset), experiment_name(dataset)
    runs = [run_id for run_id in known.values() if run_id]
    by_hand = "delete them there, then 'mlflow gc'"
    if not runs:
        text = f"in MLflow the model {model} (versions {', '.join(known)}) and the experiment"
        return [], [f"{text} {experiment}: {by_hand}"] if known else []
    try:
        found = in_mlflow(workbench, dataset, runs)
        if not keep and not dry:
            _remove(workbench, dataset, runs)
    except PipeWeaveError as error:
        text = f"in MLflow the model {model} and the experiment {experiment}"
        return [], [f"{text}, since {error.message} {by_hand.capitalize()}"]
    texts = [f"version {version} of {model} in MLflow" for version in found.versions]
    if found.experiment and not found.others:
        texts.append(
            f"the experiment {found.experiment} of MLflow (in its trash until 'mlflow gc')"
        )
    if keep:
        return [], texts
    others = [f"versions {', '.join(found.others)} of {model} in MLflow: of another storage"]
    return texts, others if found.others else []


def _remove(workbench: Workbench, dataset: str, runs: list[str]) -> None:
    workbench.apart_within(
        _PATIENCE_S,
        mlflow_store.remove_model,
        tracking_uri=workbench.settings.tracking_uri,
        model_name=model_name(dataset),
        experiment=experiment_name(dataset),
        runs=runs,
    )
