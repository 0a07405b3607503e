"""From PipeWeave's one error type to Dagster's `Failure`, with the same text."""

import contextlib
from collections.abc import Callable, Iterator

import dagster as dg

from pipeweave_dagster.core.errors import ErrorCode, PipeWeaveError
from pipeweave_dagster.services.tracking import RECORDED

# Seconds before the second, third and fourth attempt.
_WAITS_S = (2.0, 4.0, 8.0)


def failure_of(error: PipeWeaveError) -> dg.Failure:
    """The failure that Dagster shows: code and text in front, details as metadata."""
    envelope = error.envelope()
    page = error.details.get(RECORDED)
    link = {RECORDED: dg.MetadataValue.url(page)} if page else {}
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
def told_to_dagster(
    context: dg.AssetExecutionContext, record: Callable[[PipeWeaveError], None]
) -> Iterator[None]:
    """Turn every error of a stage into a `Failure`, and record it for the pages.

    Only a service that did not answer is worth another try. Dagster's own retry policy would
    also try again after a cancel, so the retry is asked for here.
    """
    try:
        yield
    except PipeWeaveError as error:
        record(error)
        wait = _wait_before_retry(context) if error.code is ErrorCode.SERVICE_UNAVAILABLE else None
        if wait is not None:
            raise dg.RetryRequested(len(_WAITS_S), wait) from failure_of(error)
        raise failure_of(error) from error
    except dg.Failure:
        raise
    except Exception as error:
        problem = PipeWeaveError(
            ErrorCode.INTERNAL_ERROR,
            f"{type(error).__name__}: {error}",
            fix="This is a defect of PipeWeave; the run's log holds the traceback.",
        )
        record(problem)
        raise failure_of(problem) from error


def _wait_before_retry(context: dg.AssetExecutionContext) -> float | None:
    """Seconds until the next attempt; None after the last one, and where a test calls an asset."""
    try:
        attempt = context.op_execution_context.retry_number
    except AttributeError:  # there are no attempts without a run
        return None
    return _WAITS_S[attempt] if attempt < len(_WAITS_S) else None
