"""Why a run has ended, read from Dagster's event log: the inverse of `lib.failures`."""

import re

import dagster as dg

from pipeweave_dagster.core.errors import (
    ErrorCode,
    PipeWeaveError,
    unavailable,
    validation_error,
)
from pipeweave_dagster.lib.database_errors import recorded_database_away
from pipeweave_dagster.lib.partitions import RESTART_TAG

# Only run monitoring logs this.
_LIMIT = re.compile(r"maximum runtime of (\d+) seconds")
# Logged by Dagster's code server when the process of a run has disappeared.
_FROM_OUTSIDE = "This run has been marked as failed from outside the execution context."
_INTERRUPTED = "The process of this run was killed."
CLOCK_SET = "The clock was set while this run was under way, so that it seemed to exceed its limit."
# Dagster's tag with the kind of a failure, and the kinds that no step of the run has caused.
_FAILURE_REASON_TAG = "dagster/failure_reason"
_REASONS = {
    "UNEXPECTED_TERMINATION": "The process of this run was stopped.",
    "START_TIMEOUT": "The process of this run did not start in time.",
}
CANCELLED = unavailable("The run was cancelled.", fix="Start it again.")


def killed(*, again: bool, what: str = _INTERRUPTED) -> PipeWeaveError:
    """Return the error of a run whose process died; `again` if it is started again by itself."""
    fix = (
        "It is started again automatically, as a new run."
        if again
        else "Start it again; if nobody killed it, it ran out of memory."
    )
    return unavailable(what, fix=fix)


def error_of(instance: dg.DagsterInstance, run_id: str) -> PipeWeaveError | None:
    """Return why a run did not succeed, worded as in the web UI; None if it did."""
    run = instance.get_run_by_id(run_id)
    if run is None or run.status == dg.DagsterRunStatus.SUCCESS:
        return None
    timeout = timeout_of(instance, run_id)
    if timeout is not None:
        again = run.tags.get(RESTART_TAG, "no") != "no"  # only where the clock was set
        return killed(again=True, what=CLOCK_SET) if again else timeout
    if run.status in {dg.DagsterRunStatus.CANCELED, dg.DagsterRunStatus.CANCELING}:
        return CANCELLED
    return step_error(instance, run_id) or _run_error(instance, run)


def timeout_of(instance: dg.DagsterInstance, run_id: str) -> PipeWeaveError | None:
    """Return the error of a run that run monitoring stopped because it took too long, else None."""
    for entry in instance.all_logs(run_id, of_type=dg.DagsterEventType.RUN_CANCELING):
        limit = _LIMIT.search(entry.get_dagster_event().message or "")
        if limit:
            return validation_error(
                f"The run took longer than its limit of {limit[1]} s and was stopped.",
                fix="Raise PIPEWEAVE_TASK_TIME_LIMIT_S (or the run's tag dagster/max_runtime), or "
                "use a smaller time budget or file.",
                limit_s=int(limit[1]),
            )
    return None


def _envelope_in(entry: dg.EventLogEntry) -> PipeWeaveError | None:
    """Return the error that a step failure has as metadata (see `lib.failures`).

    Where Dagster itself did not find its database, only its own error shows that.
    """
    data = entry.get_dagster_event().step_failure_data
    failure = data.user_failure_data
    if failure is None or "code" not in failure.metadata:
        return recorded_database_away(data.error)
    facts = failure.metadata
    return PipeWeaveError.from_envelope(
        {
            "code": facts["code"].value,
            "message": facts["message"].value,
            "details": facts["details"].value,
        }
    )


def step_error(instance: dg.DagsterInstance, run_id: str) -> PipeWeaveError | None:
    """Return the error of the first step that failed with one of PipeWeave's."""
    failures = instance.all_logs(run_id, of_type=dg.DagsterEventType.STEP_FAILURE)
    return next(filter(None, map(_envelope_in, failures)), None)


def _run_error(instance: dg.DagsterInstance, run: dg.DagsterRun) -> PipeWeaveError:
    """Return the reason given by whoever ended the run: the reaper, or Dagster's code server."""
    run_id, again = run.run_id, run.tags.get(RESTART_TAG, "no") != "no"
    for entry in instance.all_logs(run_id, of_type=dg.DagsterEventType.RUN_FAILURE):
        message = entry.get_dagster_event().message or ""
        code, _, text = message.partition(": ")
        if code in ErrorCode.__members__:
            return PipeWeaveError(ErrorCode(code), text)
        if message == _FROM_OUTSIDE:
            return killed(again=again)
    what = _REASONS.get(run.tags.get(_FAILURE_REASON_TAG, ""))
    if what:
        return killed(again=again, what=what)
    return PipeWeaveError(
        ErrorCode.INTERNAL_ERROR, "The run failed.", fix=f"See 'pipeweave runs logs {run_id}'."
    )
