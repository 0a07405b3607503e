"""`pipeweave dev` and its runs survive `kill -9` of its services and all that they started.

Left to `make soak`, since it waits most of its minute. Of the same claim, `make test` has
`cli/support/test_supervisor.py` (a killed service is started again), `lib/test_restarts.py` and
`lib/test_reaper.py` (so is an interrupted run, once), and `integration/test_killed.py` (`kill -9`
of a run and of its workers).
"""

import os
import signal
from pathlib import Path
from typing import Any

import psutil
import pytest

from pipeweave_dagster_tests.integration.dev.conftest import PICKED_UP_S
from pipeweave_dagster_tests.servers.process import answers, wait_until
from pipeweave_dagster_tests.servers.workbench import Dev

pytestmark = [
    pytest.mark.soak,
    pytest.mark.server,
    pytest.mark.slow,
    pytest.mark.xdist_group("dev"),
    pytest.mark.timeout(600),
]


def test_killed_services_come_back_and_the_interrupted_run_is_started_again(
    dev: Dev, bucket: tuple[Any, str, str], examples: Path
) -> None:
    """The upload stayed without results for ever, and everything else was stopped."""
    client, name, prefix = bucket
    folder = f"{prefix}/uploads/hit"
    client.put_object(Bucket=name, Key=f"{folder}/pipeweave.yaml", Body=b"target: none\n")
    client.put_object(
        Bucket=name, Key=f"{folder}/a.csv", Body=(examples / "penguins.csv").read_bytes()
    )
    dev.wait_for_run("hit", PICKED_UP_S)
    wait_until(lambda: bool(dev.workers()), 60, why=dev.tail)
    children = psutil.Process(dev.process.pid).children()
    commands = {child.pid: child.cmdline() for child in children}
    for word in ("pipeweave_dagster.cli.support.dagster_ui", "dagster._daemon", "grpc"):
        (service,) = [pid for pid, command in commands.items() if word in command]
        os.killpg(service, signal.SIGKILL)
    for service_name in ("web UI", "daemon", "code server"):
        text = f"The {service_name} has ended (signal SIGKILL); it is started again."
        wait_until(lambda text=text: text in dev.log.read_text(), 30, why=dev.tail)  # type: ignore[misc]
    wait_until(answers(f"{dev.dagster}/server_info"), 120, why=dev.tail)

    dev.wait_for_run("hit", 180, after=1)
    again = dev.wait_for_end("hit")
    assert again["status"] == "SUCCESS", dev.tail()
    assert "its process ended, not because of its data" in again["tags"]["pipeweave/reason"]
    first = dev.runs("hit")[-1]
    assert again["tags"]["pipeweave/restart_of"] == first["runId"]
    assert len(dev.runs("hit")) == 2
