"""A training whose evaluation fails is no finished run in MLflow."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pipeweave_dagster.adapters import training
from pipeweave_dagster.core.errors import PipeWeaveError, unavailable, validation_error


@pytest.mark.parametrize("mlflow_answers", [True, False])
def test_the_run_in_mlflow_fails_with_its_evaluation(
    mlflow_answers: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """People who look only at MLflow saw FINISHED; the first error is told in any case."""
    asked: list[tuple[str, Any]] = []

    def fail(*_: object) -> None:
        raise validation_error("No test rows.", fix="Bring more.")

    def ask(function: str, **arguments: Any) -> None:
        asked.append((function.rpartition(":")[2], arguments["status"]))
        if not mlflow_answers:
            raise unavailable("MLflow is away.", fix="Start it.")

    monkeypatch.setattr(training, "_evaluated", fail)
    bench: Any = SimpleNamespace(ask_model=ask, settings=SimpleNamespace(tracking_uri="x"))
    trained: Any = SimpleNamespace(mlflow="link")
    plan: Any = ()
    with pytest.raises(PipeWeaveError, match="No test rows"):
        training.evaluate_and_promote(bench, "towns", plan, trained, Path())
    assert asked == [("end_run", "FAILED")]
