"""From PipeWeave's one error type to Dagster's `Failure`, with the same text."""

import contextlib
from collections.abc import Callable, Iterator

import dagster as dg

from pipeweave_dagster.core.errors import ErrorCode, PipeWeaveError

# Only a service that did not answer is worth another try; bad input stays bad.
RETRY_TRANSIENT = dg.RetryPolicy(
    max_retries=3, delay=2, backoff=dg.Backoff.EXPONENTIAL, jitter=dg.Jitter.PLUS_MINUS
)


def failure_of(error: PipeWeaveError) -> dg.Failure:
    """The failure that Dagster shows: code and text in front, details as metadata."""
    envelope = error.envelope()
    return dg.Failure(
        description=f"{envelope['code']}: {envelope['message']}",
        metadata={
            "code": envelope["code"],
            "message": envelope["message"],
            "details": dg.MetadataValue.json(envelope["details"]),
        },
        allow_retries=error.code is ErrorCode.SERVICE_UNAVAILABLE,
    )


@contextlib.contextmanager
def told_to_dagster(record: Callable[[PipeWeaveError], None]) -> Iterator[None]:
    """Turn every error of a stage into a `Failure`, and record it for the pages."""
    try:
        yield
    except PipeWeaveError as error:
        record(error)
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
