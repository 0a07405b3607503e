"""One `pipeweave dev` on a real S3 server for all tests of this folder, and no longer."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeweave_dagster_tests.commands import SCORES_VARIABLE
from pipeweave_dagster_tests.servers.mailbox import Mailbox, http_mailbox
from pipeweave_dagster_tests.servers.s3 import S3Server
from pipeweave_dagster_tests.servers.workbench import Dev, pipeweave_dev

# Long enough for a model on a machine that does other things too.
BUDGET_S = 2
# The sensor looks every 5 s, the queue too, and a process has to start; on a busy machine slower.
PICKED_UP_S = 90
TARGET = b"target: species\n"


@pytest.fixture(scope="package")
def hook() -> Iterator[Mailbox]:
    """A web server that receives the alerts."""
    with http_mailbox() as box:
        yield box


@pytest.fixture(scope="package")
def dev(
    s3_server: S3Server, hook: Mailbox, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Dev]:
    """`pipeweave dev`, watching a bucket of its own."""
    env = s3_server.environment(f"s3://{s3_server.bucket()}/team")
    env["PIPEWEAVE_TIME_BUDGET_S"] = str(BUDGET_S)
    # No test here reads what explains scores: the stack of deploy/ makes it on servers as well.
    env[SCORES_VARIABLE] = "1"
    env["PIPEWEAVE_ALERTS_TO"], env["PIPEWEAVE_ALERT_HOOK"] = "hook", hook.url
    with pipeweave_dev(env, tmp_path_factory.mktemp("dev")) as running:
        yield running


@pytest.fixture(scope="package")
def bucket(dev: Dev, s3_server: S3Server) -> tuple[Any, str, str]:
    """A client of the storage, its bucket and prefix."""
    bucket, _, prefix = dev.env["PIPEWEAVE_STORAGE"].removeprefix("s3://").partition("/")
    return s3_server.client(), bucket, prefix


@pytest.fixture(scope="package")
def dropped(dev: Dev, bucket: tuple[Any, str, str]) -> float:
    """When two files were dropped at once: the alert about the empty one takes half a minute."""
    client, name, prefix = bucket
    file = Path(__file__).parents[3] / "examples" / "penguins.csv"
    files = {"penguins/pipeweave.yaml": TARGET, "penguins/penguins.csv": file.read_bytes()}
    for key, body in {**files, "empty/empty.csv": b""}.items():
        client.put_object(Bucket=name, Key=f"{prefix}/uploads/{key}", Body=body)
    return time.monotonic()


@pytest.fixture(scope="package")
def penguins(dev: Dev, dropped: float) -> dict[str, Any]:
    """The ended run of a file that was dropped, with the seconds until it was picked up."""
    dev.wait_for_run("penguins", PICKED_UP_S)
    seconds = time.monotonic() - dropped
    return {**dev.wait_for_end("penguins"), "picked_up": seconds}
