"""`pipeweave dev` on free ports: web UI, daemon, code server, MLflow and pages, all real."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from pipeweave_dagster_tests.servers import graphql
from pipeweave_dagster_tests.servers.process import answers, free_ports, wait_until

_FINISHED = {"SUCCESS", "FAILURE", "CANCELED"}
_EVERY_S = 1.0
"""To answer takes the web UI time that the runs need."""
_WORKER = "pipeweave_dagster.adapters.worker.child"


@dataclass(frozen=True)
class Dev:
    """A running `pipeweave dev`, and what its user would ask of it."""

    process: subprocess.Popen[bytes]
    env: dict[str, str]
    dagster: str
    mlflow: str
    pages: str
    log: Path

    def runs(self, dataset: str) -> list[dict[str, Any]]:
        """The runs of a data set, newest first."""
        runs = graphql.runs(self.dagster)
        return [run for run in runs if run["tags"].get("dagster/partition") == dataset]

    def wait_for_run(self, dataset: str, seconds: float, *, after: int = 0) -> dict[str, Any]:
        """The newest run of a data set, once there are more than `after` of them."""
        wait_until(lambda: len(self.runs(dataset)) > after, seconds, why=self.tail, every=_EVERY_S)
        return self.runs(dataset)[0]

    def wait_for_end(self, dataset: str, seconds: float = 180) -> dict[str, Any]:
        """The newest run of a data set, once it has ended."""

        def ended() -> bool:
            return self.runs(dataset)[0]["status"] in _FINISHED

        wait_until(ended, seconds, why=self.tail, every=_EVERY_S)
        return self.runs(dataset)[0]

    def workers(self) -> list[psutil.Process]:
        """The worker processes of all runs that are under way; not those that the pages keep."""
        found = psutil.Process(self.process.pid).children(recursive=True)
        pages = [child for child in found if "pipeweave_dagster.web.main" in _command(child)]
        theirs = {child.pid for page in pages for child in page.children(recursive=True)}
        workers = [child for child in found if _WORKER in _command(child)]
        return [worker for worker in workers if worker.pid not in theirs]

    def api(self, method: str, path: str, content: object = None) -> tuple[int, dict[str, Any]]:
        """Status and content of an answer of the HTTP API."""
        body = None if content is None else json.dumps(content).encode()
        headers = {"Content-Type": "application/json"}
        url = f"{self.pages}/api/v1{path}"
        request = urllib.request.Request(url, body, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)

    def tail(self) -> str:
        """The end of what the servers printed."""
        return self.log.read_text(errors="replace")[-5000:]


@contextlib.contextmanager
def pipeweave_dev(env: Mapping[str, str], folder: Path) -> Iterator[Dev]:
    """Start everything, and at the end see that nothing is left."""
    ports = free_ports(3)
    names = ("--port", "--mlflow-port", "--web-port")
    options = [text for name, port in zip(names, ports, strict=True) for text in (name, str(port))]
    command = [sys.executable, "-m", "pipeweave_dagster.cli", "dev", *options]
    whole_env = {**os.environ, **env, "PIPEWEAVE_HOME": str(folder / "home")}
    log = folder / "dev.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=whole_env,
            cwd=folder,
        )
    dagster, mlflow, pages = (f"http://127.0.0.1:{port}" for port in ports)
    dev = Dev(process, whole_env, dagster, mlflow, pages, log)
    try:
        own = [] if "MLFLOW_TRACKING_URI" in env else [mlflow]
        for url in (f"{dagster}/server_info", pages, *own):
            wait_until(answers(url), 240, process=process, why=dev.tail, every=0.5)
        yield dev
    finally:
        _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is not None:  # the test has killed it
        return
    children = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGINT)
    try:
        process.wait(timeout=30)
        # (psutil.wait_procs fails on a busy machine if a process ends while it looks.)
        with contextlib.suppress(AssertionError):
            wait_until(lambda: not any(map(_is_alive, children)), 5)
        alive = [child for child in children if _is_alive(child)]
        assert not alive, f"left by pipeweave dev: {alive}"
    finally:
        for left in [process, *children]:
            with contextlib.suppress(psutil.NoSuchProcess):
                left.kill()
        process.wait()


def _is_alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _command(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return ""
