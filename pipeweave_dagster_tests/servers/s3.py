"""Two real S3 servers: SeaweedFS (durable, checks signatures) and moto (true byte order)."""

import json
import os
import shutil
import sys
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pipeweave_dagster_tests.servers.process import answers, free_ports, running

ACCESS_KEY, SECRET_KEY = "test-access", "test-secret"  # of servers that live for one test run
_BUCKET = "pipeweave"
ADMIN = {
    "name": "admin",
    "credentials": [{"accessKey": ACCESS_KEY, "secretKey": SECRET_KEY}],
    "actions": ["Admin", "Read", "Write", "List", "Tagging"],
}


@dataclass(frozen=True)
class S3Server:
    """Where a server answers, and with which keys."""

    endpoint: str
    access_key: str
    secret_key: str

    def environment(self, root: str | None = None) -> dict[str, str]:
        """Settings of a storage on this server; a root of its own unless one is named."""
        root = root or f"s3://{_BUCKET}/{uuid.uuid4().hex[:12]}"
        return {
            "PIPEWEAVE_STORAGE": root,
            "S3_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": self.access_key,
            "AWS_SECRET_ACCESS_KEY": self.secret_key,
            "AWS_REGION": "us-east-1",
        }

    def client(self) -> Any:
        """A plain boto3 client, as a user's other tools would have."""
        import boto3

        return boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret_key,
            region_name="us-east-1",
        )

    def bucket(self) -> str:
        """A new empty bucket."""
        name = f"b-{uuid.uuid4().hex[:12]}"
        self.client().create_bucket(Bucket=name)
        return name


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """SeaweedFS; data and process live as long as the test run."""
    if _program("weed") is None:
        pytest.skip("SeaweedFS (`weed`) is not installed; it comes with the test packages")
    with serve_seaweedfs(tmp_path_factory.mktemp("seaweedfs")) as server:
        yield server


@contextmanager
def serve_seaweedfs(
    folder: Path,
    identities: Sequence[dict[str, Any]] = (ADMIN,),
    policies: Mapping[str, dict[str, Any]] | None = None,
) -> Iterator[S3Server]:
    """SeaweedFS with its data in a folder, as long as the context.

    Args:
        folder: Empty.
        identities: Who may do what.
        policies: Policies of IAM by the names that identities give as `policyNames`.
    """
    program = _program("weed")
    assert program is not None
    config = folder / "s3.json"
    named = [{"name": n, "content": json.dumps(policy)} for n, policy in (policies or {}).items()]
    config.write_text(json.dumps({"identities": [*identities], "policies": named}))
    ports = free_ports(5, reach=10_000)  # each also opens a gRPC port 10,000 above
    names = ("s3.port", "master.port", "volume.port", "filer.port", "admin.port")
    command = [program, "mini", f"-dir={folder / 'data'}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1"]
    command += ["-master.telemetry=false", "-admin.ui=false", "-webdav=false"]
    command += ["-s3.port.iceberg=0", "-s3.port.lance=0", f"-s3.config={config}"]
    command += [f"-{name}={port}" for name, port in zip(names, ports, strict=True)]
    (folder / "data").mkdir()
    server = S3Server(f"http://127.0.0.1:{ports[0]}", ACCESS_KEY, SECRET_KEY)
    # As in docker-compose.yml. Near what it holds when idle, it would collect garbage without end.
    env = {**os.environ, "GOMEMLIMIT": "512MiB"}
    command.append(f"-bucket={_BUCKET}")
    with running(command, _has_bucket(server), folder / "log", env=env, cwd=folder):
        yield server


@pytest.fixture(scope="session")
def moto_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """Moto: keys are listed in true byte order, as on AWS; everything is in memory."""
    (port,) = free_ports(1)
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    log = tmp_path_factory.mktemp("moto") / "log"
    server = S3Server(f"http://127.0.0.1:{port}", ACCESS_KEY, SECRET_KEY)
    with running(command, _makes_bucket(server), log):
        yield server


def _has_bucket(server: S3Server) -> Callable[[], bool]:
    return _takes(server, lambda s3: s3.put_object(Bucket=_BUCKET, Key="ready", Body=b""))


def _makes_bucket(server: S3Server) -> Callable[[], bool]:
    return _takes(server, lambda s3: s3.create_bucket(Bucket=_BUCKET))


def _takes(server: S3Server, request: Callable[[Any], Any]) -> Callable[[], bool]:
    """Whether it does what it is asked; another server than the one that starts would not."""
    from botocore.exceptions import BotoCoreError, ClientError

    def ready() -> bool:
        if not answers(server.endpoint)():
            return False
        try:
            request(server.client())
        except (BotoCoreError, ClientError):
            return False
        return True

    return ready


def _program(name: str) -> str | None:
    return shutil.which(name, path=f"{Path(sys.executable).parent}{os.pathsep}{os.defpath}")
