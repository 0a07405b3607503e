"""Only what may pass by itself is tried again; a cancel never is."""

import contextlib
import signal
from pathlib import Path
from typing import Annotated, Any

import dagster as dg
import pydantic
import pytest
from dagster._core.events import RunFailureReason

from pipeweave_dagster.adapters.worker import KILLED
from pipeweave_dagster.core.errors import ErrorCode, PipeWeaveError, unavailable, validation_error
from pipeweave_dagster.lib import failures
from pipeweave_dagster.lib.failures import dagster_failures, failure_of


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failures, "_RETRY_DELAYS_S", (0.01, 0.01, 0.01))


def outcome_of(errors: list[BaseException | None]) -> tuple[dg.ExecuteInProcessResult, int]:
    """Run an asset whose attempts raise these errors in turn; count the attempts."""
    attempts: list[int] = []
    recorded: list[PipeWeaveError] = []

    @dg.asset
    def flaky(context: dg.AssetExecutionContext) -> None:
        with dagster_failures(context, recorded.append, restarts=1):
            attempts.append(1)
            error = errors[len(attempts) - 1]
            if error is not None:
                raise error

    with dg.DagsterInstance.ephemeral() as instance:
        result = dg.materialize([flaky], instance=instance, raise_on_error=False)
    return result, len(attempts)


def told(result: dg.ExecuteInProcessResult) -> str:
    (event,) = [e for e in result.all_events if e.is_step_failure]
    data = event.step_failure_data
    assert data.user_failure_data is not None
    return str(data.user_failure_data.metadata["code"].value)


def test_a_service_that_comes_back_is_waited_for() -> None:
    result, attempts = outcome_of([unavailable("503"), unavailable("503"), None])
    assert result.success
    assert attempts == 3


def test_a_database_that_comes_back_is_waited_for() -> None:
    """Dagster records every step of a run; where it could not, that was reported as a bug."""
    import sqlite3

    result, attempts = outcome_of([sqlite3.OperationalError("database is locked"), None])
    assert result.success
    assert attempts == 2


def test_a_service_that_stays_away_is_told() -> None:
    result, attempts = outcome_of([unavailable("503")] * 9)
    assert not result.success
    assert attempts == 4
    assert told(result) == "SERVICE_UNAVAILABLE"


@pytest.mark.parametrize(
    ("error", "code"),
    [(validation_error("wrong"), "VALIDATION_ERROR"), (KeyError("bug"), "INTERNAL_ERROR")],
)
def test_what_stays_wrong_is_not_tried_again(error: BaseException, code: str) -> None:
    result, attempts = outcome_of([error, None])
    assert attempts == 1
    assert told(result) == code


def test_a_worker_that_was_killed_is_tried_once_more() -> None:
    killed = PipeWeaveError(ErrorCode.INTERNAL_ERROR, "It died.", **{KILLED: True})
    assert outcome_of([killed, None])[0].success
    result, attempts = outcome_of([killed, killed, None])
    assert (result.success, attempts) == (False, 2)


def test_an_error_that_cannot_be_recorded_is_raised_all_the_same() -> None:
    @dg.asset
    def refused(context: dg.AssetExecutionContext) -> None:
        with dagster_failures(context, unrecordable):
            raise validation_error("wrong")

    def unrecordable(_: PipeWeaveError) -> None:
        raise unavailable("503")

    with dg.DagsterInstance.ephemeral() as instance:
        result = dg.materialize([refused], instance=instance, raise_on_error=False)
    assert told(result) == "VALIDATION_ERROR"


def test_a_storage_that_is_away_while_results_are_stored_and_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The I/O manager failed the run at its first 503."""
    from pipeweave_dagster.adapters.state import DocumentStore
    from pipeweave_dagster.adapters.storage.folder import FolderStorage
    from pipeweave_dagster.defs.datasets.assets import dataset, raw_upload
    from pipeweave_dagster.lib.io_manager import DOCUMENTS, DocumentIOManager
    from pipeweave_dagster.lib.resources import WorkbenchResource
    from pipeweave_dagster.services import patience

    monkeypatch.setattr(patience, "DELAYS_S", (0.01, 0.01, 0.01))
    resource = WorkbenchResource(home=str(tmp_path), storage=str(tmp_path / "storage"))
    resource.open().store.storage.put("uploads/towns/data.csv", b"a,b\n1,2\n3,4\n")
    left = {"put documents/": 1, "put HEAD.json": 1, "get documents/": 1}

    def flaky(name: str, word: str) -> None:
        real = getattr(FolderStorage, name)

        def call(self: FolderStorage, key: str, *rest: Any) -> Any:
            for part, number in left.items():
                what, _, where = part.partition(" ")
                if what == word and where in key:
                    left[part] = number - 1
                    if number > 0:
                        raise unavailable(f"503 for {part}")
            return real(self, key, *rest)

        monkeypatch.setattr(FolderStorage, name, call)

    flaky("put_if_absent", "put")
    flaky("put_if_match", "put")
    flaky("get", "get")
    with dg.DagsterInstance.ephemeral() as instance:
        instance.add_dynamic_partitions("datasets", ["towns"])
        result = dg.materialize(
            [raw_upload, dataset],
            instance=instance,
            partition_key="towns",
            raise_on_error=False,
            resources={"workbench": resource, DOCUMENTS: DocumentIOManager(resource)},
        )
    assert result.success
    assert all(number < 0 for number in left.values()), left
    head = DocumentStore(FolderStorage(tmp_path / "storage"), tmp_path).head("towns")
    assert head is not None


def test_a_cancel_is_not_tried_again() -> None:
    result, attempts = outcome_of([KeyboardInterrupt(), None])
    assert not result.success
    assert attempts == 1


def test_a_failure_leads_to_its_run_in_mlflow() -> None:
    page = "http://127.0.0.1:5000/#/experiments/1/runs/2"
    failure = failure_of(validation_error("No.", mlflow_run=page))
    assert failure.metadata["mlflow_run"] == dg.MetadataValue.url(page)
    assert "mlflow_run" not in failure_of(validation_error("No.")).metadata


class _Interrupts:
    """Raises SIGINT while it is serialized, as a signal does that comes just then."""

    def __init__(self, swallow: bool) -> None:
        self.swallow = swallow

    def __call__(self, value: str) -> str:
        if self.swallow:
            with contextlib.suppress(BaseException):  # as in a finalizer
                signal.raise_signal(signal.SIGINT)
        else:
            signal.raise_signal(signal.SIGINT)
        return value


@pytest.mark.parametrize("swallow", [False, True])
def test_an_interrupt_that_a_library_catches_still_cancels(swallow: bool) -> None:
    """pydantic turned one into an error of its own: the run failed and claimed a bug."""
    serializer = pydantic.PlainSerializer(_Interrupts(swallow))
    adapter = pydantic.TypeAdapter(Annotated[str, serializer])
    recorded: list[PipeWeaveError] = []
    handler = signal.getsignal(signal.SIGINT)

    @dg.asset
    def interrupted(context: dg.AssetExecutionContext) -> None:
        with dagster_failures(context, recorded.append):
            adapter.dump_json("text")

    with dg.DagsterInstance.ephemeral() as instance:
        result = dg.materialize([interrupted], instance=instance, raise_on_error=False)
        logs = instance.all_logs(result.run_id, of_type=dg.DagsterEventType.RUN_FAILURE)
    (event,) = [entry.get_dagster_event() for entry in logs]
    assert event.job_failure_data.failure_reason is RunFailureReason.UNEXPECTED_TERMINATION
    assert not recorded
    assert signal.getsignal(signal.SIGINT) is handler
