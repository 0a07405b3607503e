"""From PipeWeave's one error type to Dagster's `Failure`, with the same text."""

import contextlib
import re
from collections.abc import Callable, Iterator
from typing import Any

import dagster as dg

from pipeweave_dagster.core.errors import ErrorCode, PipeWeaveError, validation_error

# Run monitoring says so, and nothing else does.
_LIMIT = re.compile(r"maximum runtime of (\d+) seconds")
# Seconds before the second, third and fourth attempt.
_WAITS_S = (2.0, 4.0, 8.0)


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


def error_of(instance: dg.DagsterInstance, run_id: str) -> PipeWeaveError | None:
    """Why a run did not succeed, in the words that the web UI shows; None if it did."""
    run = instance.get_run_by_id(run_id)
    if run is None or run.status == dg.DagsterRunStatus.SUCCESS:
        return None
    late = overtime(instance, run_id)
    if late is not None:
        return late
    if run.status in {dg.DagsterRunStatus.CANCELED, dg.DagsterRunStatus.CANCELING}:
        return PipeWeaveError(
            ErrorCode.SERVICE_UNAVAILABLE, "The run was cancelled.", fix="Start it again."
        )
    for entry in instance.all_logs(run_id, of_type=dg.DagsterEventType.STEP_FAILURE):
        found = _envelope_in(entry)
        if found is not None:
            return found
    for entry in instance.all_logs(run_id, of_type=dg.DagsterEventType.RUN_FAILURE):
        code, _, words = (entry.dagster_event.message or "").partition(": ")
        if code in ErrorCode.__members__:  # told from outside, as by the reaper
            return PipeWeaveError(ErrorCode(code), words)
    return PipeWeaveError(
        ErrorCode.INTERNAL_ERROR, "The run failed.", fix=f"See 'pipeweave runs logs {run_id}'."
    )


def overtime(instance: dg.DagsterInstance, run_id: str) -> PipeWeaveError | None:
    """The error of a run that run monitoring has stopped, as it took too long; else None."""
    for entry in instance.all_logs(run_id, of_type=dg.DagsterEventType.RUN_CANCELING):
        found = _LIMIT.search(entry.dagster_event.message or "")
        if found:
            return validation_error(
                f"The run took longer than its limit of {found[1]} s and was stopped.",
                fix="Raise PIPEWEAVE_TASK_TIME_LIMIT_S (or the run's tag dagster/max_runtime), or "
                "give it a smaller time budget or file.",
                limit_s=int(found[1]),
            )
    return None


def _envelope_in(entry: Any) -> PipeWeaveError | None:
    """The error that a step failure carries as metadata (see `failure_of`)."""
    failure = entry.dagster_event.event_specific_data.user_failure_data
    if failure is None or "code" not in failure.metadata:
        return None
    facts = failure.metadata
    return PipeWeaveError.from_envelope(
        {
            "code": facts["code"].value,
            "message": facts["message"].value,
            "details": facts["details"].value,
        }
    )
