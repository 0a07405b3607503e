"""A run opens one workbench, whose workers are its only ones."""

from pathlib import Path

import dagster as dg
import pytest

from pipeweave_dagster.build import build_defs
from pipeweave_dagster.lib.io_manager import DOCUMENTS
from pipeweave_dagster.lib.resources import WorkbenchResource
from pipeweave_dagster.services.workbench import Workbench
from pipeweave_dagster.settings import Settings


def test_a_run_opens_one_workbench(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[Workbench] = []
    make = Workbench.__init__

    def init(self: Workbench, settings: Settings, *, for_run: bool = False) -> None:
        make(self, settings, for_run=for_run)
        if for_run:
            opened.append(self)

    monkeypatch.setattr(Workbench, "__init__", init)
    resources = build_defs().resources or {}

    @dg.asset(
        partitions_def=dg.StaticPartitionsDefinition(["new"]),
        required_resource_keys={"workbench", DOCUMENTS},
    )
    def stage(context: dg.AssetExecutionContext) -> None:
        assert context.resources.workbench is opened[0]

    used = {name: resources[name] for name in ("workbench", DOCUMENTS)}
    with dg.DagsterInstance.ephemeral() as instance:
        run = dg.materialize([stage], partition_key="new", resources=used, instance=instance)
        assert run.success
    assert len(opened) == 1


@pytest.mark.parametrize("field", ["storage", "home", "mlflow_tracking_uri"])
def test_a_launch_cannot_move_the_storage(home: Path, tmp_path: Path, field: str) -> None:
    ran: list[str] = []

    @dg.asset(required_resource_keys={"workbench"})
    def stage() -> None:
        ran.append(field)

    with dg.DagsterInstance.ephemeral() as instance:
        run = dg.materialize(
            [stage],
            resources={"workbench": WorkbenchResource()},
            run_config={"resources": {"workbench": {"config": {field: str(tmp_path / "other")}}}},
            instance=instance,
            raise_on_error=False,
        )
        assert not run.success
        shown = str([event.event_specific_data for event in run.all_events])
    assert f"{field} cannot be set when a run is launched" in shown
    assert not ran
    assert not (tmp_path / "other").exists()


def test_trainings_can_be_limited_by_a_pool_of_their_own():
    """Also in a project of somebody else, whatever limits of runs it has."""
    graph = build_defs(key_prefix="ml").resolve_asset_graph()
    limited = {
        key for key in graph.get_all_asset_keys() if "pipeweave_training" in graph.get(key).pools
    }
    assert limited == {dg.AssetKey(["ml", "model"])}
