"""Only what may pass by itself is tried again; a cancel never is."""

import dagster as dg
import pytest

from pipeweave_dagster.core.errors import PipeWeaveError, unavailable, validation_error
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
        with dagster_failures(context, recorded.append):
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


def test_a_cancel_is_not_tried_again() -> None:
    result, attempts = outcome_of([KeyboardInterrupt(), None])
    assert not result.success
    assert attempts == 1


def test_a_failure_leads_to_its_run_in_mlflow() -> None:
    page = "http://127.0.0.1:5000/#/experiments/1/runs/2"
    failure = failure_of(validation_error("No.", mlflow_run=page))
    assert failure.metadata["mlflow_run"] == dg.MetadataValue.url(page)
    assert "mlflow_run" not in failure_of(validation_error("No.")).metadata
