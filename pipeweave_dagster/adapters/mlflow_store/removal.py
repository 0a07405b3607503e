"""Remove or rename what MLflow has of a data set: its registered model and its experiment."""

from collections.abc import Collection
from typing import Any

from pydantic import BaseModel


class InMlflow(BaseModel):
    """What MLflow has of a data set.

    `versions` are of this storage; `others` were trained with another storage, or after the
    storage was lost. `experiment` is the name of the experiment, None if there is none.
    """

    versions: list[str] = []
    others: list[str] = []
    experiment: str | None = None


def look(tracking_uri: str, model_name: str, experiment: str, runs: Collection[str]) -> InMlflow:
    """Return what MLflow has; `runs` are the MLflow runs of the versions of this storage."""
    client = _client(tracking_uri)
    found = client.search_model_versions(f"name='{model_name}'")
    own = [v for v in found if str(v.run_id) in runs]
    kept = client.get_experiment_by_name(experiment)
    there = kept is not None and kept.lifecycle_stage != "deleted"
    return InMlflow(
        versions=_ordered(own),
        others=_ordered([v for v in found if v not in own]),
        experiment=experiment if there else None,
    )


def remove(tracking_uri: str, model_name: str, experiment: str, runs: Collection[str]) -> InMlflow:
    """Delete the versions of this storage, and what is empty then; return what was there.

    The experiment goes to MLflow's trash with all its runs, which 'mlflow gc' empties. It stays
    where another storage has versions of the same model.
    """
    client, found = _client(tracking_uri), look(tracking_uri, model_name, experiment, runs)
    for version in found.versions:
        client.delete_model_version(model_name, version)
    if found.others:
        return found
    if found.versions:
        client.delete_registered_model(model_name)
    if found.experiment:
        client.delete_experiment(client.get_experiment_by_name(experiment).experiment_id)
    return found


def rename(tracking_uri: str, models: tuple[str, str], experiments: tuple[str, str]) -> None:
    """Rename a registered model and an experiment; what has its new name already is left."""
    client = _client(tracking_uri)
    if client.search_registered_models(f"name='{models[0]}'"):
        client.rename_registered_model(*models)
    kept = client.get_experiment_by_name(experiments[0])
    if kept is not None and kept.lifecycle_stage != "deleted":
        client.rename_experiment(kept.experiment_id, experiments[1])


def _ordered(versions: list[Any]) -> list[str]:
    return sorted((str(v.version) for v in versions), key=lambda number: (len(number), number))


def _client(tracking_uri: str) -> Any:
    from mlflow import MlflowClient

    return MlflowClient(tracking_uri, tracking_uri)
