"""The sensor that starts interrupted runs again: once, and when there is an MLflow again."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import dagster as dg
import pytest

from pipeweave_dagster.build import build_defs
from pipeweave_dagster.lib.partitions import DATASETS, RESTART_OF_TAG, RESTART_TAG
from pipeweave_dagster.lib.resources import WorkbenchResource
from pipeweave_dagster_tests.lib.test_restarts import ORIGIN
from pipeweave_dagster_tests.servers.process import free_ports

STATUS = {"code": 200}


class Registry(BaseHTTPRequestHandler):
    """A server, as far as a look at it goes."""

    def do_GET(self) -> None:
        self.send_response(STATUS["code"])
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as ephemeral:
        ephemeral.add_dynamic_partitions(str(DATASETS.name), ["d"])
        yield ephemeral


def test_interrupted_runs_wait_for_mlflow_and_start_once(
    tmp_path: Path, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    (port,) = free_ports(1)
    uri = f"http://127.0.0.1:{port}"
    bench = WorkbenchResource(
        storage=str(tmp_path / "s"), home=str(tmp_path), mlflow_tracking_uri=uri
    )
    defs = build_defs(resources={"workbench": bench})
    sensor = next(s for s in defs.sensors or [] if s.name == "reap_dead_runs")
    repository = defs.get_repository_def()
    tags = {"dagster/partition": "d", RESTART_TAG: "due"}
    job = repository.get_job("process_dataset")
    run = instance.create_run_for_job(job, tags=tags, remote_job_origin=ORIGIN)
    instance.report_run_failed(run)

    def tick() -> dg.SensorResult:
        context = dg.build_sensor_context(
            instance, repository_def=repository, sensor_name=sensor.name
        )
        result = sensor(context)
        assert isinstance(result, dg.SensorResult)
        return result

    away = tick()
    assert not away.run_requests
    assert away.skip_reason is not None
    assert "once MLflow responds" in str(away.skip_reason.skip_message)
    server = ThreadingHTTPServer(("127.0.0.1", port), Registry)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        monkeypatch.setitem(STATUS, "code", 503)
        assert not tick().run_requests, "a proxy before an absent server"
        monkeypatch.setitem(STATUS, "code", 404)
        (request,) = tick().run_requests or []
        assert request.tags[RESTART_OF_TAG] == run.run_id
        second = tick()
        assert not second.run_requests, "of another daemon"
    finally:
        server.shutdown()
        server.server_close()
