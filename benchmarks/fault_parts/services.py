"""Faults of the servers behind an installation: Postgres, S3 and MLflow."""

import contextlib
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.fault_parts.installation import Installation
from pipeweave_dagster.adapters.storage import open_storage
from pipeweave_dagster.settings import Settings
from pipeweave_dagster_tests.deploy.postgres import Postgres
from pipeweave_dagster_tests.servers.faulty_proxy import FaultyProxy
from pipeweave_dagster_tests.servers.process import answers, free_ports, running
from pipeweave_dagster_tests.servers.s3 import serve_seaweedfs
from pipeweave_dagster_tests.servers.workbench import pipeweave_dev

_PASSWORD = "0aB1cD2eF3gH4iJ5kL6mN7oP8qR9sT0u"
_ADDRESS = f"127.79.{os.getpid() // 250 % 250}.{os.getpid() % 250 + 1}"


def away(name: str, fault: str, seconds: float, place: Installation) -> None:
    """Have a fault of a server for a while."""
    with place.proxies[name].failing(fault):
        time.sleep(seconds)


def some(name: str, fault: str, times: int, place: Installation) -> None:
    """Have a fault of a server for so many connections or answers, and for two minutes at most."""
    proxy = place.proxies[name]
    with proxy.failing(fault, times=times):
        end = time.monotonic() + 120
        while proxy.times > 0 and time.monotonic() < end:
            time.sleep(0.5)


def on_servers(env: dict[str, str], stack: contextlib.ExitStack) -> Installation:
    """An installation on Postgres, S3 and MLflow, each behind a proxy."""
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pipeweave-faults-")))
    database = stack.enter_context(_postgres(folder / "postgres"))
    (folder / "s3").mkdir()
    store = stack.enter_context(serve_seaweedfs(folder / "s3"))
    mlflow = stack.enter_context(_mlflow(folder, store.environment("s3://pipeweave/mlflow")))
    proxies = {
        "s3": FaultyProxy("127.0.0.1", int(store.endpoint.rpartition(":")[2])),
        "postgres": database,
        "mlflow": FaultyProxy("127.0.0.1", mlflow),
    }
    place = store.environment("s3://pipeweave/faults")
    storage = open_storage(_settings(place))
    env |= place | {
        "S3_ENDPOINT_URL": f"http://127.0.0.1:{proxies['s3'].port}",
        "DATABASE_URL": f"postgresql+psycopg2://me:{_PASSWORD}@127.0.0.1:{database.port}/pw",
        "MLFLOW_TRACKING_URI": f"http://127.0.0.1:{proxies['mlflow'].port}",
    }
    dev = stack.enter_context(pipeweave_dev(env, folder))
    return Installation(dev, storage, folder, env, stack, proxies=proxies)


def _settings(environment: dict[str, str]) -> Settings:
    for name, value in environment.items():
        os.environ[name] = value
    try:
        return Settings()
    finally:
        for name in environment:
            del os.environ[name]


@contextlib.contextmanager
def _postgres(folder: Path) -> Iterator[FaultyProxy]:
    facts = {"POSTGRES_USER": "me", "POSTGRES_PASSWORD": _PASSWORD, "POSTGRES_DB": "pw"}
    folder.parent.chmod(0o755)
    cluster = Postgres(folder, _ADDRESS, facts, [])
    server = cluster.start(folder.parent / "postgres.log")
    try:
        yield FaultyProxy(_ADDRESS, 5432)
    finally:
        server.kill()
        server.wait()


@contextlib.contextmanager
def _mlflow(folder: Path, store: dict[str, str]) -> Iterator[int]:
    (port,) = free_ports(1)
    command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port),
               "--workers", "1", "--backend-store-uri", f"sqlite:///{folder / 'mlflow.db'}",
               "--artifacts-destination", "s3://pipeweave/mlflow"]  # fmt: skip
    env = {
        **os.environ,
        **store,
        "MLFLOW_S3_ENDPOINT_URL": store["S3_ENDPOINT_URL"],
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
    }
    ready = answers(f"http://127.0.0.1:{port}/health")
    with running(command, ready, folder / "mlflow.log", env=env, seconds=240):
        yield port
