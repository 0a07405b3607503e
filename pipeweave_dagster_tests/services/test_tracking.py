"""A training that fails in Dagster fails in MLflow, with the same words."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pipeweave_dagster.core.errors import PipeWeaveError, unavailable, validation_error
from pipeweave_dagster.services import evaluation, training
from pipeweave_dagster.services.tracking import MLFLOW_RUN

TAGS = {"dagster.run_id": "1234"}


class Mlflow:
    """A workbench of which only MLflow is used; remembers what it is asked."""

    def __init__(self, *, answers: bool = True) -> None:
        self.settings = SimpleNamespace(
            tracking_uri="x", artifact_root=None, mlflow_url="http://mlflow"
        )
        self.asked: list[tuple[str, str, str]] = []
        self._answers = answers

    def on_model_within(self, _: float, function: Any, *__: Any, **arguments: Any) -> Any:
        name = function.__name__
        self.asked.append((name, arguments["status"], arguments.get("error", "")))
        if not self._answers:
            raise unavailable("MLflow is away.", fix="Start it.")
        return ("7", "run") if name == "record_end" else None


def fail(*_: object, **__: object) -> None:
    raise validation_error("No rows.", fix="Bring more.")


SAID = "VALIDATION_ERROR: No rows. Bring more."


@pytest.mark.parametrize("answers", [True, False])
def test_an_evaluation_that_fails(answers: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """People who look only at MLflow saw FINISHED; the first error is told in any case."""
    monkeypatch.setattr(evaluation, "_scored", fail)
    bench: Any = Mlflow(answers=answers)
    trained: Any = SimpleNamespace(mlflow=SimpleNamespace(experiment_id="7", run_id="run"))
    plan: Any = ()
    with pytest.raises(PipeWeaveError, match="No rows") as caught:
        evaluation.evaluate_and_promote(bench, "towns", plan, trained, Path())
    assert bench.asked == [("end_run", "FAILED", SAID)]
    assert (MLFLOW_RUN in caught.value.details) == answers


@pytest.mark.parametrize("answers", [True, False])
def test_a_training_that_fails_before_it_is_logged(
    answers: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It left no run at all in MLflow."""
    monkeypatch.setattr(training, "_trained", fail)
    bench: Any = Mlflow(answers=answers)
    plan: Any = ()
    with pytest.raises(PipeWeaveError, match="No rows") as caught:
        training.train_and_log(bench, "towns", plan, Path(), 5.0, TAGS)
    assert bench.asked == [("record_end", "FAILED", SAID)]
    page = "http://mlflow/#/experiments/7/runs/run" if answers else None
    assert caught.value.details.get(MLFLOW_RUN) == page
