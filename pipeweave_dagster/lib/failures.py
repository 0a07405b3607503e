"""From PipeWeave's one error type to Dagster's `Failure`, with the same text."""

import contextlib
from collections.abc import Callable, Iterator

import dagster as dg

from pipeweave_dagster.core.errors import ErrorCode, PipeWeaveError
from pipeweave_dagster.services.tracking import MLFLOW_RUN

# Seconds before the second, third and fourth attempt.
_RETRY_DELAYS_S = (2.0, 4.0, 8.0)


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
    context: dg.AssetExecutionContext, record: Callable[[PipeWeaveError], None]
) -> Iterator[None]:
    """Record every error of the block and raise it as a `Failure`.

    Only SERVICE_UNAVAILABLE is retried. Dagster's own retry policy would also retry after a
    cancellation, so the retry is requested here.
    """
    try:
        yield
    except PipeWeaveError as error:
        record(error)
        delay = _retry_delay(context) if error.code is ErrorCode.SERVICE_UNAVAILABLE else None
        if delay is not None:
            raise dg.RetryRequested(len(_RETRY_DELAYS_S), delay) from failure_of(error)
        raise failure_of(error) from error
    except dg.Failure:
        raise
    except Exception as error:
        problem = PipeWeaveError(
            ErrorCode.INTERNAL_ERROR,
            f"{type(error).__name__}: {error}",
            fix="This is a bug in PipeWeave; the run's log has the traceback.",
        )
        record(problem)
        raise failure_of(problem) from error


def _retry_delay(context: dg.AssetExecutionContext) -> float | None:
    """Return the seconds until the next attempt; None after the last one and outside a run."""
    try:
        attempt = context.op_execution_context.retry_number
    except AttributeError:  # a test calls the asset
        return None
    return _RETRY_DELAYS_S[attempt] if attempt < len(_RETRY_DELAYS_S) else None
