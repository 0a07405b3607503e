"""Which model version is champion, challenger or previous, as last seen in the registry.

MLflow's registry decides. `datasets/<dataset>/ALIASES.json` is a copy of it, written whenever
PipeWeave moves or reads an alias, so that pages and lists need no MLflow.
"""

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.core.documents import Part
from pipeweave_dagster.services.alias_history import Cause, append_move
from pipeweave_dagster.services.model_versions import (
    evaluation_address,
    load_version,
    versions,
)

ALIASES = ("champion", "challenger", "previous")
_OUTSIDE = Cause(how="outside", reason="Moved in MLflow, or its version is gone; noticed later.")


class AliasRecord(Part):
    """Alias to version, such as `{"champion": "2", "previous": "1"}`."""

    aliases: dict[str, str] = {}


def aliases_of(store: DocumentStore, dataset: str) -> dict[str, str]:
    """Return the version of each alias; empty if no model was registered.

    A storage written before aliases were recorded gives the decisions of its evaluations.
    """
    aliases = recorded(store, dataset)
    return _decided(store, dataset) if aliases is None else aliases


def role_of(version: str | None, aliases: dict[str, str]) -> str:
    """Return the alias that a version has now: the foremost of several, `none` without any.

    The document of its evaluation has the alias of then, which a later version may have taken.

    Args:
        version: The version, None if it was not registered.
        aliases: What `aliases_of` returns.
    """
    return next((alias for alias in ALIASES if version and aliases.get(alias) == version), "none")


def recorded(store: DocumentStore, dataset: str) -> dict[str, str] | None:
    """Return the recorded aliases in one small read, or None if there is no record yet."""
    record = store.records.read(_key(dataset), AliasRecord)
    return record.aliases if record else None


def record_aliases(store: DocumentStore, dataset: str, aliases: dict[str, str]) -> None:
    """Replace the record, unless it is equal; nothing is written for a data set without models."""
    if (recorded(store, dataset) or {}) != aliases:
        store.records.write(_key(dataset), AliasRecord(aliases=aliases))


def record_alias(store: DocumentStore, dataset: str, alias: str, version: str | None) -> None:
    """Record one alias as the registry has it; None removes it. Nobody but MLflow has moved it.

    A version that this storage does not know, such as that of a removed data set, is ignored.
    """
    aliases = dict(aliases_of(store, dataset))
    if aliases.get(alias) == version or (version and version not in versions(store, dataset)):
        return
    if version is None:
        aliases.pop(alias)
    else:
        aliases[alias] = version
    known = recorded(store, dataset)
    if known is not None:  # else nobody has looked before
        record_moves(store, dataset, known, aliases, _OUTSIDE)
    record_aliases(store, dataset, aliases)


def record_moves(
    store: DocumentStore,
    dataset: str,
    before: dict[str, str],
    after: dict[str, str],
    cause: Cause,
) -> None:
    """Append a move to the history for every alias that is another one now."""
    for alias in ALIASES:
        was, now = before.get(alias), after.get(alias)
        if was != now:
            append_move(
                store,
                dataset,
                alias,
                before=was,
                after=now,
                cause=cause,
                evaluation=evaluation_address(store, dataset, now) if now else None,
            )


def _decided(store: DocumentStore, dataset: str) -> dict[str, str]:
    aliases: dict[str, str] = {}
    for version in reversed(versions(store, dataset)):
        alias = load_version(store, dataset, version)[1].promoted
        if alias in {"champion", "challenger"}:
            aliases.setdefault(alias, version)
        if alias == "champion":
            break
    return aliases


def _key(dataset: str) -> str:
    return f"datasets/{dataset}/ALIASES.json"
