"""A run whose process died is started again: once, and not where that would be wrong."""

from collections.abc import Iterator
from typing import Any

import dagster as dg
import pytest
from dagster._core.events import JobFailureData, RunFailureReason
from dagster._core.execution.plan.objects import ErrorSource, StepFailureData, UserFailureData
from dagster._core.remote_origin import (
    RegisteredCodeLocationOrigin,
    RemoteJobOrigin,
    RemoteRepositoryOrigin,
)
from dagster_shared.error import SerializableErrorInfo

from pipeweave_dagster.adapters.worker import KILLED
from pipeweave_dagster.core.errors import ErrorCode, PipeWeaveError, unavailable, validation_error
from pipeweave_dagster.lib.failure_reasons import error_of
from pipeweave_dagster.lib.failures import failure_of
from pipeweave_dagster.lib.partitions import (
    BATCH_TAG,
    PROCESS_TAG,
    REASON_TAG,
    RESTART_OF_TAG,
    RESTART_TAG,
    RESTARTS_TAG,
    UPLOAD_TAG,
)
from pipeweave_dagster.lib.restarts import (
    mark_if_clock_was_set,
    mark_interrupted,
    restart_requests,
)

ORIGIN = RemoteJobOrigin(
    RemoteRepositoryOrigin(RegisteredCodeLocationOrigin("pipeweave"), "__repository__"), "line"
)


@dg.asset
def raw_upload() -> None:
    """One asset."""


@dg.asset
def model() -> None:
    """Another one."""


DEFS = dg.Definitions(
    assets=[raw_upload, model],
    jobs=[dg.define_asset_job("line"), dg.define_asset_job("score", selection=["model"])],
)
JOBS = [DEFS.resolve_job_def(name) for name in ("line", "score")]


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as found:
        found.add_dynamic_partitions("datasets", ["d"])
        yield found


def launched(
    instance: dg.DagsterInstance, job: str = "line", remote: bool = True, **tags: str
) -> dg.DagsterRun:
    """A run that the daemon has launched (or a command has executed)."""
    run = instance.create_run_for_job(
        DEFS.resolve_job_def(job),
        tags={"dagster/partition": "d", **tags},
        remote_job_origin=ORIGIN if remote else None,
    )
    event = dg.DagsterEvent(dg.DagsterEventType.RUN_START.value, job)
    instance.report_dagster_event(event, run.run_id)
    return run


def fail(instance: dg.DagsterInstance, run: dg.DagsterRun, reason: str | None = None) -> None:
    data = JobFailureData(None, RunFailureReason(reason)) if reason else None
    instance.report_run_failed(run, job_failure_data=data)


def again(instance: dg.DagsterInstance, run: dg.DagsterRun) -> dg.DagsterRun:
    found = instance.get_run_by_id(run.run_id)
    assert found is not None
    return found


def requests(instance: dg.DagsterInstance) -> list[dg.RunRequest]:
    return list(restart_requests(instance, JOBS))


@pytest.mark.parametrize("reason", [None, "UNEXPECTED_TERMINATION", "START_TIMEOUT"])
def test_an_interrupted_run_is_requested_until_it_was_started(
    instance: dg.DagsterInstance, reason: str | None
) -> None:
    tags: dict[str, Any] = {UPLOAD_TAG: "uploads/d/a.csv", PROCESS_TAG: "x:1:1", "team": "a"}
    run = launched(instance, **tags, **{"dagster/priority": "3", "dagster/code_location": "c"})
    fail(instance, run, reason)
    assert mark_interrupted(instance, again(instance, run), restarts=1)
    for _ in range(2):  # the daemon may die before it has started the run
        (request,) = requests(instance)
    assert (request.job_name, request.partition_key) == ("line", "d")
    assert request.run_key == f"restart-{run.run_id}"
    assert "its process ended, not because of its data" in request.tags.pop(REASON_TAG)
    assert request.tags == {
        UPLOAD_TAG: "uploads/d/a.csv",
        "team": "a",
        "dagster/priority": "3",
        RESTART_OF_TAG: run.run_id,
        RESTARTS_TAG: "1",
    }
    error = error_of(instance, run.run_id)
    assert error is not None
    assert "started again automatically" in error.text

    second = launched(instance, **request.tags)
    assert requests(instance) == []
    assert again(instance, run).tags[RESTART_TAG] == "done"
    fail(instance, second)
    assert not mark_interrupted(instance, again(instance, second), restarts=1), "once only"
    assert requests(instance) == []
    error = error_of(instance, second.run_id)
    assert error is not None
    assert "Start it again; if nobody killed it" in error.text


def test_a_run_that_its_data_or_its_user_ended_is_not_started_again(
    instance: dg.DagsterInstance,
) -> None:
    refused = launched(instance)
    fail(instance, refused, "STEP_FAILURE")
    slow = launched(instance)
    instance.report_run_canceling(slow, "Canceling due to exceeding maximum runtime of 5 seconds.")
    fail(instance, slow)
    in_a_command = launched(instance, remote=False)
    fail(instance, in_a_command)
    retried = launched(instance)
    fail(instance, retried)
    instance.add_run_tags(retried.run_id, {"dagster/will_retry": "true"})
    for run in (refused, slow, in_a_command, retried):
        assert not mark_interrupted(instance, again(instance, run), restarts=1)
        assert RESTART_TAG not in again(instance, run).tags
    off = launched(instance)
    fail(instance, off)
    assert not mark_interrupted(instance, again(instance, off), restarts=0)
    assert requests(instance) == []


def stopped_by(
    instance: dg.DagsterInstance, error: PipeWeaveError | SerializableErrorInfo
) -> dg.DagsterRun:
    """A run that failed in a step with this error, of ours or of Dagster."""
    run = launched(instance)
    own = isinstance(error, PipeWeaveError)
    facts = StepFailureData(
        None if own else error,
        UserFailureData("line", "x", dict(failure_of(error).metadata)) if own else None,
        ErrorSource.USER_CODE_ERROR,
    )
    event = dg.DagsterEvent(
        dg.DagsterEventType.STEP_FAILURE.value, "line", step_key="model", event_specific_data=facts
    )
    instance.report_dagster_event(event, run.run_id)
    fail(instance, run, "STEP_FAILURE")
    return run


AWAY = unavailable("S3 did not respond.", fix="It is retried.")
OUT_OF_MEMORY = PipeWeaveError(ErrorCode.INTERNAL_ERROR, "The worker died.", **{KILLED: True})


@pytest.mark.parametrize("error", [AWAY, OUT_OF_MEMORY], ids=["service away", "worker killed"])
def test_a_run_that_something_else_than_its_data_ended_in_a_step_is_started_again(
    instance: dg.DagsterInstance, error: PipeWeaveError
) -> None:
    """S3 away for two minutes: the upload stayed without a model for ever."""
    run = stopped_by(instance, error)
    assert mark_interrupted(instance, again(instance, run), restarts=1)
    (request,) = requests(instance)
    assert request.tags[REASON_TAG].endswith(f"not because of its data: {error.message}")


def test_a_run_is_started_again_that_could_not_record_its_steps(
    instance: dg.DagsterInstance,
) -> None:
    """Postgres away for half a minute: Dagster's own error is all there is."""
    cause = SerializableErrorInfo("too many retries", [], "DagsterPostgresException")
    run = stopped_by(instance, SerializableErrorInfo("x", [], "DagsterError", cause=cause))
    assert mark_interrupted(instance, again(instance, run), restarts=1)
    bug = stopped_by(instance, SerializableErrorInfo("x", [], "KeyError"))
    assert not mark_interrupted(instance, again(instance, bug), restarts=1)


def test_a_run_that_its_data_ended_in_a_step_is_not(instance: dg.DagsterInstance) -> None:
    refused = stopped_by(instance, validation_error("The target is constant."))
    assert not mark_interrupted(instance, again(instance, refused), restarts=1)


@pytest.mark.parametrize(("elapsed_s", "restarted"), [(60, True), (3600, False)])
def test_a_run_that_a_clock_ended_is_started_again(
    instance: dg.DagsterInstance, elapsed_s: float, restarted: bool
) -> None:
    """A clock set two days ahead ended every run under way, for its time limit."""
    run = launched(instance)
    instance.report_run_canceling(
        run, "Canceling due to exceeding maximum runtime of 3600 seconds."
    )
    found = mark_if_clock_was_set(instance, run, 1, elapsed_s=elapsed_s)
    assert found == restarted
    fail(instance, run)
    assert mark_interrupted(instance, again(instance, run), restarts=1) == restarted
    assert len(requests(instance)) == restarted
    error = error_of(instance, run.run_id)
    assert error is not None
    assert ("clock was set" in error.text) == restarted


def test_a_later_version_is_never_replaced_by_an_earlier_one(instance: dg.DagsterInstance) -> None:
    run = launched(instance)
    fail(instance, run)
    mark_interrupted(instance, again(instance, run), restarts=1)
    later = launched(instance)
    assert requests(instance) == [], "it waits for the later one"
    fail(instance, later, "STEP_FAILURE")
    assert len(requests(instance)) == 1, "that one was refused"
    success = launched(instance)
    event = dg.DagsterEvent(dg.DagsterEventType.RUN_SUCCESS.value, "line")
    instance.report_dagster_event(event, success.run_id)
    assert requests(instance) == []
    assert again(instance, run).tags[RESTART_TAG] == "superseded"


def test_every_batch_is_scored_whatever_came_later(instance: dg.DagsterInstance) -> None:
    batch = launched(instance, "score", **{BATCH_TAG: "predict/d/a.csv"})
    fail(instance, batch)
    mark_interrupted(instance, again(instance, batch), restarts=1)
    launched(instance, "score", **{BATCH_TAG: "predict/d/b.csv"})
    (request,) = requests(instance)
    assert request.tags[BATCH_TAG] == "predict/d/a.csv"


def test_a_data_set_that_was_removed_stops_no_other(instance: dg.DagsterInstance) -> None:
    """A request for an unknown partition makes the whole tick fail."""
    gone, other = launched(instance), launched(instance, **{"dagster/partition": "other"})
    instance.add_dynamic_partitions("datasets", ["other"])
    for run in (gone, other):
        fail(instance, run)
        mark_interrupted(instance, again(instance, run), restarts=1)
    instance.delete_dynamic_partition("datasets", "d")
    assert [request.partition_key for request in requests(instance)] == ["other"]
    assert again(instance, gone).tags[RESTART_TAG] == "no"
