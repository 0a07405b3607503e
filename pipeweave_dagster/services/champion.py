"""The registered model of a data set: its aliases, and the champion among its versions.

MLflow's registry and the storage can disagree: a data set was removed and is made again, one
registry serves two storages, or someone deleted versions in MLflow. An alias then points to a
version whose documents are not here. It is treated as absent, with a sentence, never as an error
that stops later runs.
"""

from dataclasses import dataclass

from pipeweave_dagster.adapters import mlflow_store
from pipeweave_dagster.core.documents import Evaluation, MlflowLink, TrainedModel
from pipeweave_dagster.core.errors import not_found
from pipeweave_dagster.services.model_aliases import record_alias, record_aliases
from pipeweave_dagster.services.model_versions import find_version, load_version, versions
from pipeweave_dagster.services.workbench import Workbench


@dataclass(frozen=True)
class Registered:
    """A version of a registered model, with its documents in this storage."""

    link: MlflowLink
    trained: TrainedModel
    evaluation: Evaluation


@dataclass(frozen=True)
class Champion:
    """The champion, if this storage has its documents.

    Attributes:
        current: None if there is no champion, or none whose documents are here.
        note: Where the registry has a champion that is not in this storage: a sentence about it.
    """

    current: Registered | None = None
    note: str = ""


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
    known = set(versions(workbench.store, dataset))
    here = {name: number for name, number in aliases.items() if number in known}
    record_aliases(workbench.store, dataset, here)


def with_alias(workbench: Workbench, dataset: str, alias: str) -> Champion:
    """Return the version with an alias, and record the alias as the registry has it."""
    link = workbench.on_model(
        mlflow_store.version_with_alias,
        tracking_uri=workbench.settings.tracking_uri,
        model_name=model_name(dataset),
        alias=alias,
    )
    found = _here(workbench, dataset, link) if link else None
    # It may have been moved in MLflow's own UI.
    record_alias(workbench.store, dataset, alias, found.link.model_version if found else None)
    if link is None or found is not None:
        return Champion(found)
    return Champion(
        note=f"Version {link.model_version}, the {alias} in MLflow, is not in this storage: its "
        "data set was removed, or it was trained with another storage."
    )


def find_champion(workbench: Workbench, dataset: str) -> Champion:
    """Return the champion of the registry, or why it cannot be used."""
    return with_alias(workbench, dataset, "champion")


def champion_of(workbench: Workbench, dataset: str) -> Registered:
    """Return the champion and its documents.

    Raises:
        PipeWeaveError: NOT_FOUND if the data set has no champion, with the reason if models were
            trained and none was promoted.
    """
    found = find_champion(workbench, dataset)
    if found.current is not None:
        return found.current
    if found.note:
        raise not_found(
            f"{dataset!r} has no champion model here. {found.note}",
            fix="Run the data set again: its next model with a signal becomes the champion. Or set "
            "PIPEWEAVE_STORAGE to the storage that it was trained with.",
            dataset=dataset,
        )
    known = versions(workbench.store, dataset)
    last = load_version(workbench.store, dataset, known[-1])[1] if known else None
    reason = f": version {known[-1]} was not promoted. {last.promotion_reason}" if last else "."
    if last is not None and last.promoted == "champion":
        reason = f": version {known[-1]} was, and the alias was removed in MLflow."
    raise not_found(
        f"{dataset!r} has no champion model{reason}",
        fix="Use more data, other columns or a larger time budget, and run it again."
        if last
        else "Train one first: put a file into uploads/, or use 'pipeweave run FILE'.",
        dataset=dataset,
    )


def _here(workbench: Workbench, dataset: str, link: MlflowLink) -> Registered | None:
    """Return the documents of a version unless they are missing or those of another model.

    Version numbers alone do not identify a model: a new registry starts at 1 again.
    """
    found = find_version(workbench.store, dataset, link.model_version)
    if found is None or found[0].mlflow is None or found[0].mlflow.run_id != link.run_id:
        return None
    return Registered(link, *found)
