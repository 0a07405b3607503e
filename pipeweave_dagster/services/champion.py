"""The registered model of a data set: its aliases, and the champion among its versions."""

from pipeweave_dagster.adapters import mlflow_store
from pipeweave_dagster.core.documents import MlflowLink, TrainedModel
from pipeweave_dagster.core.errors import not_found
from pipeweave_dagster.services.model_aliases import record_alias, record_aliases
from pipeweave_dagster.services.model_versions import load_version, versions
from pipeweave_dagster.services.workbench import Workbench


def model_name(dataset: str) -> str:
    """Return the name of a data set's registered model."""
    return f"pipeweave-{dataset}"


def set_alias(workbench: Workbench, dataset: str, version: str, alias: str) -> None:
    """Move an alias in the registry and record all of them; a replaced champion is `previous`."""
    aliases = workbench.on_model(
        mlflow_store.set_alias,
        tracking_uri=workbench.settings.tracking_uri,
        model_name=model_name(dataset),
        version=version,
        alias=alias,
    )
    record_aliases(workbench.store, dataset, aliases)


def alias_link(workbench: Workbench, dataset: str, alias: str) -> MlflowLink | None:
    """Return the model version with an alias, or None."""
    link = workbench.on_model(
        mlflow_store.version_with_alias,
        tracking_uri=workbench.settings.tracking_uri,
        model_name=model_name(dataset),
        alias=alias,
    )
    # It may have been moved in MLflow's own UI.
    record_alias(workbench.store, dataset, alias, link.model_version if link else None)
    return link


def champion_link(workbench: Workbench, dataset: str) -> MlflowLink | None:
    """Return the champion's version in MLflow, or None if there is none."""
    return alias_link(workbench, dataset, "champion")


def champion_of(workbench: Workbench, dataset: str) -> tuple[MlflowLink, TrainedModel]:
    """Return the champion and its document.

    Raises:
        PipeWeaveError: NOT_FOUND if the data set has no champion, with the reason if models were
            trained and none was promoted.
    """
    link = champion_link(workbench, dataset)
    if link is None:
        known = versions(workbench.store, dataset)
        last = load_version(workbench.store, dataset, known[-1])[1] if known else None
        reason = f": version {known[-1]} was not promoted. {last.promotion_reason}" if last else "."
        raise not_found(
            f"{dataset!r} has no champion model{reason}",
            fix="Use more data, other columns or a larger time budget, and run it again."
            if last
            else "Train one first: put a file into uploads/, or use 'pipeweave run FILE'.",
            dataset=dataset,
        )
    return link, load_version(workbench.store, dataset, link.model_version)[0]
