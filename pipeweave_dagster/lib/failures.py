"""From PipeWeave's one error type to Dagster's `Failure`, with the same text."""

import contextlib
import logging
from collections.abc import Callable, Iterator

import dagster as dg

from pipeweave_dagster.adapters.worker import KILLED
from pipeweave_dagster.core.errors import ErrorCode, PipeWeaveError
from pipeweave_dagster.lib.database_errors import database_away
from pipeweave_dagster.lib.interrupts import interrupts_kept
from pipeweave_dagster.services.patience import DELAYS_S
from pipeweave_dagster.services.tracking import MLFLOW_RUN

logger = logging.getLogger(__name__)

# A minute in all: servers that are restarted are back by then. What stays away longer ends the run,
# which is started again once it is back (see `lib.restarts`).
_RETRY_DELAYS_S = (*DELAYS_S, 16.0, 30.0)


def failure_of(error: PipeWeaveError) -> dg.Failure:
    """Return the failure that Dagster shows: code and text first, details as metadata."""
    envelope = error.envelope()
    page = error.details.get(MLFLOW_RUN)
    link = {MLFLOW_RUN: dg.MetadataValue.url(page)} if page else {}
    return dg.Failure(
        description=f"{envelope['code']}: {envelope['message']}",
        metadata={
            "code": envelope["code"],
            "message": envelope["message"],
            "details": dg.MetadataValue.json(envelope["details"]),
            **link,
        },
        allow_retries=False,
    )


@contextlib.contextmanager
def dagster_failures(
    context: dg.AssetExecutionContext,
    record: Callable[[PipeWeaveError], None],
    *,
    restarts: int = 0,
) -> Iterator[None]:
    """Record every error of the block and raise it as a `Failure`.

    SERVICE_UNAVAILABLE is retried, and so is a worker process that was killed. Dagster's own retry
    policy would also retry after a cancellation, so the retry is requested here.

    Args:
        context: The asset's context.
        record: Records an error, for the pages. What goes wrong there is only logged.
        restarts: How many times a block is repeated whose worker was killed.
    """
    try:
        with interrupts_kept():
            yield
    except dg.Failure:
        raise
    except Exception as error:
        problem = _explained(error)
        _recorded(record, problem)
        delay = _retry_delay(_attempt(context), problem, restarts)
        if delay is not None:
            raise dg.RetryRequested(len(_RETRY_DELAYS_S), delay) from failure_of(problem)
        raise failure_of(problem) from error


def _explained(error: Exception) -> PipeWeaveError:
    from pipeweave_dagster.adapters.disk_space import disk_full

    if isinstance(error, PipeWeaveError):
        return error
    return (
        disk_full(error)
        or database_away(error)
        or PipeWeaveError(
            ErrorCode.INTERNAL_ERROR,
            f"{type(error).__name__}: {error}",
            fix="This is a bug in PipeWeave; the run's log has the traceback.",
        )
    )


@contextlib.contextmanager
def io_failures(context: dg.OutputContext | dg.InputContext) -> Iterator[None]:
    """Raise errors of the I/O manager as `Failure`; SERVICE_UNAVAILABLE repeats the step.

    The repeated step finds what it has stored by its reuse key.
    """
    try:
        with interrupts_kept():
            yield
    except PipeWeaveError as error:
        delay = _retry_delay(context.step_context.previous_attempt_count, error, 0)
        if delay is not None:
            raise dg.RetryRequested(len(_RETRY_DELAYS_S), delay) from failure_of(error)
        raise failure_of(error) from error


def _recorded(record: Callable[[PipeWeaveError], None], error: PipeWeaveError) -> None:
    """Record an error; if that fails, too, the error itself is what counts."""
    try:
        record(error)
    except PipeWeaveError as second:
        logger.warning("The end of this attempt was not recorded: %s", second)


def _attempt(context: dg.AssetExecutionContext) -> int | None:
    """Return how many attempts there were before; None outside a run."""
    try:
        number: int = context.op_execution_context.retry_number
    except AttributeError:  # a test calls the asset
        return None
    return number


def _retry_delay(attempt: int | None, error: PipeWeaveError, restarts: int) -> float | None:
    """Return the seconds until the next attempt; None if there is none."""
    if attempt is None or attempt >= len(_RETRY_DELAYS_S):
        return None
    killed = KILLED in error.details and attempt < restarts
    if killed or error.code is ErrorCode.SERVICE_UNAVAILABLE:
        return _RETRY_DELAYS_S[attempt]
    return None
