"""Files that could not be scored, in the history of their data set's batches."""

import contextlib
import logging
import time
from collections.abc import Iterator

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.core.documents import BatchHistory, RefusedBatch
from pipeweave_dagster.core.errors import ErrorCode, PipeWeaveError
from pipeweave_dagster.services.batch_history import change_history
from pipeweave_dagster.services.scoring import batch_name

logger = logging.getLogger(__name__)
MOST_REFUSED = 100


@contextlib.contextmanager
def refusals_recorded(store: DocumentStore, dataset: str, key: str, run_id: str) -> Iterator[None]:
    """Name the file in errors of the block, and record that it could not be scored.

    A service that is away says nothing about the file, and the step is repeated.

    Args:
        store: The storage.
        dataset: The data set.
        key: The file under `predict/<dataset>/`.
        run_id: The run that scores it.

    Raises:
        PipeWeaveError: That of the block, with the file in its message.
    """
    try:
        yield
    except PipeWeaveError as error:
        if error.code is ErrorCode.SERVICE_UNAVAILABLE:
            raise
        refused = RefusedBatch(
            batch=batch_name(key.rpartition("/")[2]),
            file=key,
            run_id=run_id,
            at=time.time(),
            reason=error.text,
        )
        _record(store, dataset, refused)
        told = error.message if key in error.message else f"{key}: {error.message}"
        raise PipeWeaveError(error.code, told, fix=error.fix, **error.details) from error


def with_refused(history: BatchHistory, refused: RefusedBatch) -> BatchHistory:
    """Add a file that was refused; a later refusal of the same file replaces the earlier one."""
    others = [r for r in history.refused if r.file != refused.file]
    return history.model_copy(update={"refused": [*others, refused][-MOST_REFUSED:]})


def _record(store: DocumentStore, dataset: str, refused: RefusedBatch) -> None:
    try:
        change_history(store, dataset, lambda history: with_refused(history, refused))
    except PipeWeaveError as second:  # why the file was refused is what counts
        logger.warning("That %s was refused was not recorded: %s", refused.file, second)
