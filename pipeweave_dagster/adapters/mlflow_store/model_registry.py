"""Versions and aliases of registered models."""

from collections.abc import Callable
from typing import Any

from pipeweave_dagster.core.documents import MlflowLink

_ABSENT = ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE")


def _client(tracking_uri: str) -> Any:
    from mlflow import MlflowClient

    return MlflowClient(tracking_uri, tracking_uri)


def _version_of(client: Any, model_name: str, alias: str) -> Any | None:
    return _found(client.get_model_version_by_alias, model_name, alias)


def move_alias(tracking_uri: str, model_name: str, version: str, alias: str) -> None:
    """Set an alias; the former champion becomes `previous`, for a rollback."""
    client = _client(tracking_uri)
    if alias == "champion":
        before = _version_of(client, model_name, "champion")
        if before is not None and str(before.version) != version:
            client.set_registered_model_alias(model_name, "previous", before.version)
    client.set_registered_model_alias(model_name, alias, version)


def remove_aliases(tracking_uri: str, model_name: str, version: str) -> None:
    """Remove every alias of a version."""
    client = _client(tracking_uri)
    for alias, held in client.get_registered_model(model_name).aliases.items():
        if str(held) == version:
            client.delete_registered_model_alias(model_name, alias)


def aliases_of(tracking_uri: str, model_name: str) -> dict[str, str]:
    """Return the version of each alias of a registered model."""
    aliases = _client(tracking_uri).get_registered_model(model_name).aliases
    return {str(alias): str(version) for alias, version in aliases.items()}


def links_of_aliases(tracking_uri: str, model_name: str) -> dict[str, MlflowLink] | None:
    """Return the version of each alias; None if there is no such registered model."""
    client = _client(tracking_uri)
    model = _found(client.get_registered_model, model_name)
    if model is None:
        return None
    links = {alias: _link(client, model_name, alias) for alias in model.aliases}
    return {str(alias): link for alias, link in links.items() if link is not None}


def describe(
    tracking_uri: str, model_name: str, version: str, tags: dict[str, str], description: str
) -> None:
    """Set tags of a version, and the description of the registered model."""
    client = _client(tracking_uri)
    for key, value in tags.items():
        client.set_model_version_tag(model_name, version, key, value)
    client.update_registered_model(model_name, description)


def link_of_alias(tracking_uri: str, model_name: str, alias: str) -> MlflowLink | None:
    """Return the version with an alias, or None."""
    return _link(_client(tracking_uri), model_name, alias)


def _link(client: Any, model_name: str, alias: str) -> MlflowLink | None:
    version = _version_of(client, model_name, alias)
    if version is None:
        return None
    run = _found(client.get_run, version.run_id)  # None once 'mlflow gc' has removed it
    return MlflowLink(
        experiment_id=str(run.info.experiment_id) if run else "",
        run_id=str(version.run_id),
        model_name=model_name,
        model_version=str(version.version),
        model_uri=f"models:/{model_name}/{version.version}",
    )


def restore(tracking_uri: str, link: MlflowLink) -> str:
    """Restore a version's run and experiment from the trash.

    Returns:
        Why the version cannot be used; empty if it can.
    """
    client = _client(tracking_uri)
    version = _found(client.get_model_version, link.model_name, link.model_version)
    if version is None:
        return f"version {link.model_version} of {link.model_name} was deleted in MLflow"
    if str(version.run_id) != link.run_id:
        return f"version {link.model_version} of {link.model_name} in MLflow is another model"
    experiment = _found(client.get_experiment, link.experiment_id)
    if experiment is not None and experiment.lifecycle_stage == "deleted":
        client.restore_experiment(link.experiment_id)
    run = _found(client.get_run, link.run_id)
    if run is None:
        return f"the run of version {link.model_version} was deleted in MLflow"
    if run.info.lifecycle_stage == "deleted":
        client.restore_run(link.run_id)
    return ""


def _found(get: Callable[..., Any], *names: str) -> Any | None:
    """Return what MLflow has under these names, or None."""
    from mlflow.exceptions import MlflowException

    try:
        return get(*names)
    except MlflowException as error:
        if error.error_code in _ABSENT:
            return None
        raise
