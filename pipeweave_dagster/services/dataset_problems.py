"""What is wrong with one data set must not stop a look at all of them."""

import contextlib
import logging
from collections.abc import Iterator

from pipeweave_dagster.core.errors import ErrorCode, PipeWeaveError

logger = logging.getLogger(__name__)
# A store that does not respond, or refuses, concerns all data sets.
_OF_ONE = {ErrorCode.NOT_FOUND, ErrorCode.INTERNAL_ERROR, ErrorCode.VALIDATION_ERROR}


@contextlib.contextmanager
def contained(dataset: str, problems: list[str] | None = None) -> Iterator[None]:
    """End a block at an error that concerns this data set only, and log it.

    Args:
        dataset: The data set that the block is about.
        problems: Receives the text of the error.

    Raises:
        PipeWeaveError: Errors of the store as a whole.
    """
    try:
        yield
    except PipeWeaveError as error:
        if error.code not in _OF_ONE:
            raise
        logger.warning("%s: %s", dataset, error.text)
        if problems is not None:
            problems.append(error.text)
