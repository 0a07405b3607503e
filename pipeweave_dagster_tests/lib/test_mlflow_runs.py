"""What a run leaves open in MLflow is ended by whoever comes next."""

from types import SimpleNamespace
from typing import Any

import dagster as dg
import pytest

from pipeweave_dagster.core.errors import unavailable, validation_error
from pipeweave_dagster.lib.mlflow_runs import (
    end_open_runs,
    ended_in_mlflow,
    open_in_mlflow,
    will_make,
)
from pipeweave_dagster.lib.partitions import MLFLOW_TAG
from pipeweave_dagster.services.tracking import MLFLOW_RUN


class Mlflow:
    """A workbench of which only MLflow is used; remembers what it is asked."""

    def __init__(self) -> None:
        self.settings = SimpleNamespace(
            tracking_uri="x", artifact_root=None, mlflow_url="http://m", dagster_url="http://d"
        )
        self.asked: list[dict[str, Any]] = []
        self.answers = True

    def on_model_within(self, _: float, __: Any, **arguments: Any) -> Any:
        if not self.answers:
            raise unavailable("MLflow is away.", fix="Start it.")
        self.asked.append(arguments)
        return ("7", "run")


def evaluated_later(context: dg.AssetExecutionContext) -> bool:
    return will_make(context, "model_evaluation")


def line(*, recorded: bool = True, killed: bool = False, alone: bool = False) -> dg.Definitions:
    """Assets like those of the line; the second fails."""

    @dg.asset
    def model(context: dg.AssetExecutionContext) -> None:
        assert evaluated_later(context) != alone
        with open_in_mlflow(context, ends=not evaluated_later(context)):
            pass

    @dg.asset(deps=[model])
    def model_evaluation(context: dg.AssetExecutionContext) -> None:
        if killed:
            raise ValueError("as if nobody could tell")
        with ended_in_mlflow(context):
            raise validation_error("No.", **({MLFLOW_RUN: "page"} if recorded else {}))

    job = dg.define_asset_job("line", executor_def=dg.in_process_executor)
    return dg.Definitions(assets=[model, model_evaluation], jobs=[job])


def state_after(definitions: dg.Definitions, instance: dg.DagsterInstance, **run: Any) -> str:
    done = definitions.resolve_job_def("line").execute_in_process(
        instance=instance, raise_on_error=False, tags={"dagster/partition": "towns"}, **run
    )
    found = instance.get_run_by_id(done.run_id)
    assert found is not None
    return found.tags[MLFLOW_TAG]


def test_who_ends_the_run_is_known_from_the_selection() -> None:
    alone = [dg.AssetKey("model")]
    with dg.DagsterInstance.ephemeral() as instance:
        assert state_after(line(alone=True), instance, asset_selection=alone) == "ended"
        assert state_after(line(), instance) == "ended"
        assert state_after(line(recorded=False), instance) == "open"
        assert state_after(line(killed=True), instance) == "open"


def test_a_direct_call_is_no_run() -> None:
    context = dg.build_asset_context(partition_key="towns")
    assert not will_make(context, "model_evaluation")
    with open_in_mlflow(context, ends=True):
        pass


@pytest.mark.parametrize("how", ["FAILED", "KILLED"])
def test_what_is_left_open_is_ended_once_with_the_words_of_dagster(how: str) -> None:
    bench: Any = Mlflow()
    with dg.DagsterInstance.ephemeral() as instance:
        assert state_after(line(killed=True), instance) == "open"
        run = instance.get_runs()[0]
        if how == "FAILED":
            instance.report_run_failed(run, "SERVICE_UNAVAILABLE: It was killed. Start it again.")
            said = "SERVICE_UNAVAILABLE: It was killed. Start it again."
        else:
            instance.report_run_canceled(run)
            said = "SERVICE_UNAVAILABLE: The run was cancelled. Start it again."
        bench.answers = False
        assert end_open_runs(instance, bench) == []
        bench.answers = True
        assert end_open_runs(instance, bench) == [run.run_id]
        assert end_open_runs(instance, bench) == []
    (asked,) = bench.asked
    assert (asked["status"], asked["error"]) == (how, said)
    assert asked["experiment"] == "pipeweave/towns"
    assert asked["tags"]["dagster.run_url"] == f"http://d/runs/{run.run_id}"


def test_what_runs_is_left_alone() -> None:
    bench: Any = Mlflow()
    with dg.DagsterInstance.ephemeral() as instance:
        tags = {MLFLOW_TAG: "open", "dagster/partition": "towns"}
        run = instance.create_run_for_job(line().resolve_job_def("line"), tags=tags)
        instance.report_dagster_event(
            dg.DagsterEvent(dg.DagsterEventType.RUN_START.value, "line"), run.run_id
        )
        assert end_open_runs(instance, bench) == []
    assert not bench.asked


def test_a_database_that_is_locked_ends_no_training(monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite was held by a starved process for more than five seconds."""

    def locked(*_: object) -> None:
        raise OSError("database is locked")

    with dg.DagsterInstance.ephemeral() as instance:
        monkeypatch.setattr(dg.DagsterInstance, "add_run_tags", locked)
        job = line(alone=True).resolve_job_def("line")
        alone = [dg.AssetKey("model")]
        assert job.execute_in_process(instance=instance, asset_selection=alone).success
