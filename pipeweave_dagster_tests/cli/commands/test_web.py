"""`pipeweave web` serves the pages without anything else, until it is interrupted."""

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from pipeweave_dagster_tests.servers.process import free_ports

pytestmark = pytest.mark.server
COMMAND = [sys.executable, "-m", "pipeweave_dagster.cli", "web", "--port"]


@contextmanager
def serving(port: int, folder: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process and the address that it printed."""
    env = {**os.environ, "PIPEWEAVE_HOME": str(folder)}
    process = subprocess.Popen(
        [*COMMAND, str(port)], env=env, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        assert process.stderr is not None
        line = process.stderr.readline()
        found = re.search(r"http://127\.0\.0\.1:(\d+)", line)
        assert found, line + process.stderr.read()
        yield process, found[0]
    finally:
        process.kill()
        process.communicate()


def get(url: str) -> tuple[int, str]:
    """Status and text."""
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def test_pages_are_served_on_loopback_until_ctrl_c(tmp_path: Path) -> None:
    with serving(0, tmp_path) as (process, url):
        status, text = get(f"{url}/")
        assert (status, "No data sets yet" in text) == (200, True)
        assert get(f"{url}/datasets/none")[0] == 404
        assert get(f"{url}/alive") == (200, "ok")
        process.send_signal(signal.SIGINT)
        _, rest = process.communicate(timeout=30)
        assert process.returncode == 0
        assert "Stopped." in rest
        assert "Traceback" not in rest


def test_a_chosen_port_is_used_and_a_taken_one_passed_over(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    with serving(port, tmp_path) as (process, url):
        assert url == f"http://127.0.0.1:{port}"
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
        assert process.returncode == 0
    with closing(socket.socket()) as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        with serving(port, tmp_path) as (_, url):
            assert url != f"http://127.0.0.1:{port}"
            assert get(f"{url}/alive") == (200, "ok")
