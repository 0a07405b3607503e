"""A run starts its workers while the upload is copied, but none for what it will not do."""

from pathlib import Path

import pytest

from pipeweave_dagster.adapters.worker import Worker
from pipeweave_dagster.defs.datasets.assets import raw_upload
from pipeweave_dagster.lib.launch_config import LaunchConfig
from pipeweave_dagster.services.workbench import Workbench
from pipeweave_dagster.settings import Settings
from pipeweave_dagster_tests.defs.conftest import context_for


@pytest.mark.parametrize(("target", "trains"), [("b", True), (None, True), ("None", False)])
def test_without_a_target_no_model_worker_is_started(
    home: Path, monkeypatch: pytest.MonkeyPatch, target: str | None, trains: bool
) -> None:
    started: list[Worker] = []

    def start(worker: Worker) -> None:
        started.append(worker)

    monkeypatch.setattr(Worker, "start", start)
    with Workbench(Settings(home=home), for_run=True) as bench:
        bench.store.storage.put("uploads/new/a.csv", b"a,b\n1,2\n")
        raw_upload(context_for("new"), LaunchConfig(target=target), bench)
    assert len(started) == 1 + trains
