"""The model version that a command is about."""

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.core.errors import not_found
from pipeweave_dagster.services.known_datasets import known
from pipeweave_dagster.services.model_aliases import aliases_of


def chosen_version(store: DocumentStore, name: str, version: str | None) -> tuple[str, str]:
    """Return data set and version; the champion's without a version.

    Raises:
        PipeWeaveError: NOT_FOUND without the data set, or without a champion.
    """
    dataset = known(store, name)
    wanted = version or aliases_of(store, dataset).get("champion")
    if wanted is None:
        raise not_found(f"{name!r} has no champion model.", fix="Name a --version.")
    return dataset, wanted
