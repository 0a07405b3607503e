"""A real Dask cluster: a scheduler and two workers, each a process of its own."""

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

import pytest

from pipeweave_dagster_tests.servers.process import free_ports, wait_until

if find_spec("distributed") is None:  # importing it takes a second in every process of the tests
    pytest.skip("the extra `dask` is not installed", allow_module_level=True)


@dataclass
class Cluster:
    """Where the scheduler is, and the processes of the workers."""

    engine: str
    folder: Path
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def add_worker(self) -> None:
        """Start a worker with one thread, without a nanny: who kills it, kills it for good."""
        address = self.engine.replace("dask://", "tcp://")
        number = len(self.workers)
        self.workers.append(
            _process(
                ["worker", address, "--no-nanny", "--no-dashboard", "--nthreads", "1",
                 "--local-directory", str(self.folder / f"worker-{number}")],
                self.folder / f"worker-{number}.log",
            )
        )  # fmt: skip


def _process(words: list[str], log: Path) -> subprocess.Popen[bytes]:
    with log.open("wb") as output:
        return subprocess.Popen(
            [sys.executable, "-m", "distributed.cli.dask_" + words[0], *words[1:]],
            stdin=subprocess.DEVNULL, stdout=output, stderr=output,
        )  # fmt: skip


@contextlib.contextmanager
def running_cluster(folder: Path, workers: int) -> Iterator[Cluster]:
    """A scheduler and so many workers, all on this machine."""
    folder.mkdir(exist_ok=True)
    (port,) = free_ports(1)
    options = ["--host", "127.0.0.1", "--port", str(port), "--no-dashboard"]
    log = folder / "scheduler.log"
    scheduler = _process(["scheduler", *options], log)
    found = Cluster(f"dask://127.0.0.1:{port}", folder)

    def registered() -> bool:
        return log.read_text().count("Register worker") >= workers

    try:
        wait_until(lambda: "Scheduler at" in log.read_text(), 120, why=log.read_text)
        for _ in range(workers):
            found.add_worker()
        wait_until(registered, 120, why=log.read_text)
        yield found
    finally:
        for process in [*found.workers, scheduler]:
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with running_cluster(tmp_path_factory.mktemp("dask"), 2) as found:
        yield found
