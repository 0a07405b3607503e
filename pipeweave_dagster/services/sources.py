"""The files of sources, and what is known of the last pull of each."""

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.core.documents import Source, SourcePull, SourceState
from pipeweave_dagster.core.errors import PipeWeaveError, not_found, validation_error
from pipeweave_dagster.core.naming import check_slug
from pipeweave_dagster.core.sources import SOURCE_SUFFIX, parse_source
from pipeweave_dagster.core.suggestions import did_you_mean, nearest_names

FOLDER = "sources"
_STATES = f"{FOLDER}/pulls"


def source_names(store: DocumentStore) -> list[str]:
    """Return the names of all files in `sources/`, sorted."""
    _, files = store.storage.shallow(FOLDER)
    names = [stored.key.rpartition("/")[2] for stored in files]
    return sorted(n.removesuffix(SOURCE_SUFFIX) for n in names if n.endswith(SOURCE_SUFFIX))


def load_source(store: DocumentStore, name: str) -> Source:
    """Return a source.

    Raises:
        PipeWeaveError: NOT_FOUND with similar names, VALIDATION_ERROR for an invalid file.
    """
    names = source_names(store)
    if name not in names:
        near = nearest_names(name, names)
        hint = did_you_mean(near, otherwise=f"Write {FOLDER}/{name}{SOURCE_SUFFIX}.")
        raise not_found(f"There is no source {name!r}.", fix=hint, nearest=near)
    check_slug(name)
    key = f"{FOLDER}/{name}{SOURCE_SUFFIX}"
    source = parse_source(store.storage.get(key), key)
    for other in source.upstream:
        if other == name or other not in names:
            raise validation_error(
                f"{key}: it joins {other!r}, which is no other source.",
                fix=f"Write {FOLDER}/{other}{SOURCE_SUFFIX}, or correct the name.",
            )
    return source


def valid_sources(store: DocumentStore) -> tuple[dict[str, Source], dict[str, PipeWeaveError]]:
    """Return the valid sources by name, and what is wrong with the others."""
    valid: dict[str, Source] = {}
    wrong: dict[str, PipeWeaveError] = {}
    for name in source_names(store):
        try:
            valid[name] = load_source(store, name)
        except PipeWeaveError as error:
            wrong[name] = error
    return valid, wrong


def state_of_source(store: DocumentStore, name: str) -> SourceState:
    """Return what is known of the last pull; an empty state if there was none."""
    return store.records.read(f"{_STATES}/{name}.json", SourceState) or SourceState()


def save_pull(store: DocumentStore, name: str, pull: SourcePull, at: float) -> None:
    """Record a pull that succeeded."""
    store.records.write(f"{_STATES}/{name}.json", SourceState(pull=pull, at=at))


def save_error(store: DocumentStore, name: str, error: PipeWeaveError) -> None:
    """Record that a pull failed; the last one that succeeded is kept."""
    state = state_of_source(store, name)
    failed = state.model_copy(update={"error": error.envelope()})
    store.records.write(f"{_STATES}/{name}.json", failed)
