"""Why a run has ended, read from what Dagster has stored of it: `lib.failures` the other way."""

import re

import dagster as dg

from pipeweave_dagster.core.errors import (
    ErrorCode,
    PipeWeaveError,
    unavailable,
    validation_error,
)

# Run monitoring says so, and nothing else does.
_LIMIT = re.compile(r"maximum runtime of (\d+) seconds")
# What Dagster's code server says when a process of its own has vanished.
_FROM_OUTSIDE = "This run has been marked as failed from outside the execution context."
KILLED = unavailable(
    "The process of this run was killed.",
    fix="Start it again; where nobody killed it, it has run out of memory.",
)
CANCELLED = unavailable("The run was cancelled.", fix="Start it again.")


def error_of(instance: dg.DagsterInstance, run_id: str) -> PipeWeaveError | None:
    """Why a run did not succeed, in the words that the web UI shows; None if it did."""
    run = instance.get_run_by_id(run_id)
    if run is None or run.status == dg.DagsterRunStatus.SUCCESS:
        return None
    late = overtime(instance, run_id)
    if late is not None:
        return late
    if run.status in {dg.DagsterRunStatus.CANCELED, dg.DagsterRunStatus.CANCELING}:
        return CANCELLED
    return _told_by_itself(instance, run_id) or _told_from_outside(instance, run_id)


def overtime(instance: dg.DagsterInstance, run_id: str) -> PipeWeaveError | None:
    """The error of a run that run monitoring has stopped, as it took too long; else None."""
    for entry in instance.all_logs(run_id, of_type=dg.DagsterEventType.RUN_CANCELING):
        found = _LIMIT.search(entry.get_dagster_event().message or "")
        if found:
            return validation_error(
                f"The run took longer than its limit of {found[1]} s and was stopped.",
                fix="Raise PIPEWEAVE_TASK_TIME_LIMIT_S (or the run's tag dagster/max_runtime), or "
                "give it a smaller time budget or file.",
                limit_s=int(found[1]),
            )
    return None


def _envelope_in(entry: dg.EventLogEntry) -> PipeWeaveError | None:
    """The error that a step failure carries as metadata (see `lib.failures`)."""
    failure = entry.get_dagster_event().step_failure_data.user_failure_data
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


def _told_by_itself(instance: dg.DagsterInstance, run_id: str) -> PipeWeaveError | None:
    """The error of the first step that failed with one of ours."""
    failures = instance.all_logs(run_id, of_type=dg.DagsterEventType.STEP_FAILURE)
    return next(filter(None, map(_envelope_in, failures)), None)


def _told_from_outside(instance: dg.DagsterInstance, run_id: str) -> PipeWeaveError:
    """What others have said when they ended the run: the reaper, or Dagster's code server."""
    for entry in instance.all_logs(run_id, of_type=dg.DagsterEventType.RUN_FAILURE):
        message = entry.get_dagster_event().message or ""
        code, _, words = message.partition(": ")
        if code in ErrorCode.__members__:
            return PipeWeaveError(ErrorCode(code), words)
        if message == _FROM_OUTSIDE:
            return KILLED
    return PipeWeaveError(
        ErrorCode.INTERNAL_ERROR, "The run failed.", fix=f"See 'pipeweave runs logs {run_id}'."
    )
