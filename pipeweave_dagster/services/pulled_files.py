"""A pull in the landing zone: one small file that names the parts, which are in `raw/` already."""

from pydantic import ValidationError

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.core.documents import SourcePull
from pipeweave_dagster.core.errors import not_found, validation_error

PULL_SUFFIX = ".pull.json"
_MOST_BYTES = 64 << 20


def pull_key(name: str) -> str:
    """Return the key of a source's pull in the landing zone."""
    return f"uploads/{name}/{name}{PULL_SUFFIX}"


def received_pull(store: DocumentStore, key: str, max_bytes: int) -> SourcePull:
    """Return the pull that a file in the landing zone describes.

    Raises:
        PipeWeaveError: VALIDATION_ERROR if it is no pull, has no part, or its parts are larger than
            `max_bytes` together; NOT_FOUND if a part is gone.
    """
    try:
        pull = SourcePull.model_validate_json(store.storage.get(key, _MOST_BYTES))
    except ValidationError:
        raise validation_error(
            f"{key!r} is not the pull of a source.",
            fix=f"Only 'pipeweave sources pull' writes files that end with {PULL_SUFFIX!r}.",
        ) from None
    if not pull.parts:
        raise validation_error(
            f"The source {pull.source!r} has no rows.", fix="Pull it again when it has some."
        )
    size = sum(part.file.size_bytes for part in pull.parts)
    if size > max_bytes:
        raise validation_error(
            f"The parts of {pull.source!r} have {size >> 20:,} MB, more than the limit of "
            f"{max_bytes >> 20:,} MB.",
            fix="Raise MAX_DATASET_SIZE_MB, or select fewer rows by a query.",
        )
    for part in pull.parts:
        if store.storage.stat(part.file.key) is None:
            raise not_found(
                f"A part of {pull.source!r} is gone: {part.file.name}.",
                fix=f"Run 'pipeweave sources pull {pull.source} --whole'.",
            )
    return pull
