"""`pipeweave dev` and its runs survive `kill -9` of the code server with all that it started."""

import os
import signal
from pathlib import Path
from typing import Any

import psutil
import pytest

from pipeweave_dagster_tests.integration.dev.conftest import PICKED_UP_S
from pipeweave_dagster_tests.servers.process import wait_until
from pipeweave_dagster_tests.servers.workbench import Dev

pytestmark = [
    pytest.mark.server,
    pytest.mark.slow,
    pytest.mark.xdist_group("dev"),
    pytest.mark.timeout(600),
]


def test_an_interrupted_run_is_started_again(
    dev: Dev, bucket: tuple[Any, str, str], examples: Path
) -> None:
    """The upload stayed without a model for ever, and everything else was stopped."""
    client, name, prefix = bucket
    folder = f"{prefix}/uploads/hit"
    client.put_object(Bucket=name, Key=f"{folder}/pipeweave.yaml", Body=b"target: species\n")
    client.put_object(
        Bucket=name, Key=f"{folder}/a.csv", Body=(examples / "penguins.csv").read_bytes()
    )
    dev.wait_for_run("hit", PICKED_UP_S)
    wait_until(lambda: bool(dev.workers()), 60, why=dev.tail)
    children = psutil.Process(dev.process.pid).children()
    (server,) = [child for child in children if "grpc" in child.cmdline()]
    os.killpg(server.pid, signal.SIGKILL)

    dev.wait_for_run("hit", 180, after=1)
    again = dev.wait_for_end("hit")
    assert again["status"] == "SUCCESS", dev.tail()
    assert "its process ended, not because of its data" in again["tags"]["pipeweave/reason"]
    first = dev.runs("hit")[-1]
    assert again["tags"]["pipeweave/restart_of"] == first["runId"]
    assert len(dev.runs("hit")) == 2
    assert "The code server has ended (signal SIGKILL); it is started again." in dev.log.read_text()
