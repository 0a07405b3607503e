"""Versions and aliases of registered models."""

from typing import Any

from pipeweave_dagster.core.documents import MlflowLink


def _client(tracking_uri: str) -> Any:
    from mlflow import MlflowClient

    return MlflowClient(tracking_uri, tracking_uri)


def _version_of(client: Any, model_name: str, alias: str) -> Any | None:
    from mlflow.exceptions import MlflowException

    try:
        return client.get_model_version_by_alias(model_name, alias)
    except MlflowException as error:
        if error.error_code in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
            return None
        raise


def move_alias(tracking_uri: str, model_name: str, version: str, alias: str) -> None:
    """Set an alias; the former champion becomes `previous`, for a rollback."""
    client = _client(tracking_uri)
    if alias == "champion":
        before = _version_of(client, model_name, "champion")
        if before is not None and str(before.version) != version:
            client.set_registered_model_alias(model_name, "previous", before.version)
    client.set_registered_model_alias(model_name, alias, version)


def aliases_of(tracking_uri: str, model_name: str) -> dict[str, str]:
    """Return the version of each alias of a registered model."""
    aliases = _client(tracking_uri).get_registered_model(model_name).aliases
    return {str(alias): str(version) for alias, version in aliases.items()}


def link_of_alias(tracking_uri: str, model_name: str, alias: str) -> MlflowLink | None:
    """Return the version with an alias, or None."""
    client = _client(tracking_uri)
    version = _version_of(client, model_name, alias)
    if version is None:
        return None
    run = client.get_run(version.run_id)
    return MlflowLink(
        experiment_id=str(run.info.experiment_id),
        run_id=str(version.run_id),
        model_name=model_name,
        model_version=str(version.version),
        model_uri=f"models:/{model_name}/{version.version}",
    )
