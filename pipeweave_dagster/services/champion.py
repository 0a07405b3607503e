"""The registered model of a data set: its aliases, and the champion among its versions.

MLflow's registry and the storage can disagree: a data set was removed and is made again, one
registry serves two storages, or someone deleted versions in MLflow. An alias then points to a
version whose documents are not here. It is treated as absent, with a sentence, never as an error
that stops later runs.
"""

from dataclasses import dataclass

from pipeweave_dagster.adapters import mlflow_store
from pipeweave_dagster.adapters.mlflow_store import quick_lookup
from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.core.access import Principal, Role
from pipeweave_dagster.core.documents import Evaluation, MlflowLink, SchemaDeduction, TrainedModel
from pipeweave_dagster.core.errors import not_found
from pipeweave_dagster.core.schema.no_target import why_no_model
from pipeweave_dagster.services import audit
from pipeweave_dagster.services.alias_history import Cause, by_user, moves_of
from pipeweave_dagster.services.alias_texts import history_text, tags_of
from pipeweave_dagster.services.model_aliases import (
    ALIASES,
    record_alias,
    record_aliases,
    record_moves,
    recorded,
)
from pipeweave_dagster.services.model_versions import find_version, load_version, versions
from pipeweave_dagster.services.workbench import Workbench

# MLflow's client retries for minutes if a server is down.
_PATIENCE_S = 30.0


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


def set_alias(
    workbench: Workbench, dataset: str, version: str, alias: str, cause: Cause | None = None
) -> None:
    """Move an alias in the registry, and record every alias that moved and why.

    A replaced champion is `previous`. MLflow's pages show the same as the record.
    """
    cause = cause or by_user("promote")
    store, before = workbench.store, notice_moves(workbench, dataset)
    aliases = workbench.on_model(
        mlflow_store.set_alias,
        tracking_uri=workbench.settings.tracking_uri,
        model_name=model_name(dataset),
        version=version,
        alias=alias,
    )
    known = set(versions(store, dataset))
    here = {name: number for name, number in aliases.items() if number in known}
    record_moves(store, dataset, before, here, cause)
    record_aliases(store, dataset, here)
    if alias == "champion":
        _record_promotion(store, dataset, cause, (before.get(alias), version))
    workbench.on_model(
        mlflow_store.annotate,
        tracking_uri=workbench.settings.tracking_uri,
        model_name=model_name(dataset),
        version=version,
        tags=tags_of(alias, cause),
        description=history_text(dataset, moves_of(store, dataset)),
    )


def _record_promotion(
    store: DocumentStore, dataset: str, cause: Cause, change: tuple[str | None, str]
) -> None:
    """Leave the new champion in the audit log, also that of a run that decided by itself."""
    before, after = change
    audit.record(
        store,
        "rollback" if cause.how == "rollback" else "promote",
        dataset,
        Principal(f"run {cause.run_id[:8]}", Role.ADMIN) if cause.run_id else None,
        version=after,
        before=before,
        after=after,
        reason=f"{cause.reason} (forced)" if cause.forced else cause.reason,
    )


def notice_moves(workbench: Workbench, dataset: str) -> dict[str, str]:
    """Record aliases that were moved in MLflow's own UI since the last look.

    Returns:
        The version of each alias now, of those that are in this storage.
    """
    if not versions(workbench.store, dataset):
        return {}
    uri, name = workbench.settings.tracking_uri, model_name(dataset)
    known, aliases = quick_lookup.quick_aliases(uri, name)
    if not known:
        aliases = workbench.apart_within(
            _PATIENCE_S, mlflow_store.current_aliases, tracking_uri=uri, model_name=name
        )
    if aliases is None:  # no model of that name: the first, or another registry
        return {}
    here = {}
    for alias in ALIASES:
        link = aliases.get(alias)
        if link is not None and _here(workbench, dataset, link) is not None:
            here[alias] = link.model_version
        if recorded(workbench.store, dataset) is not None:
            record_alias(workbench.store, dataset, alias, here.get(alias))
    return here


def with_alias(workbench: Workbench, dataset: str, alias: str) -> Champion:
    """Return the version with an alias, and record the alias as the registry has it."""
    where = {
        "tracking_uri": workbench.settings.tracking_uri,
        "model_name": model_name(dataset),
        "alias": alias,
    }
    known, link = quick_lookup.quick_version_with_alias(**where)
    if not known:
        link = workbench.on_model(mlflow_store.version_with_alias, **where)
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
    schema = workbench.store.latest(dataset, "schema_deduction", SchemaDeduction)
    if not known and schema is not None and (waiting := why_no_model(schema.target)):
        raise not_found(f"{dataset!r} has no champion model.", fix=waiting, dataset=dataset)
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
