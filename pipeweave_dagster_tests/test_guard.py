"""The guard that lets no test reach another machine must itself be seen to work."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeweave_dagster.adapters.http_checks import responds
from pipeweave_dagster.adapters.worker import Worker
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster_tests.commands import SCORES_VARIABLE

# The name is reserved for examples (RFC 2606) and the address for documentation (RFC 5737).
_REACH_OUT = "import socket; socket.create_connection(('192.0.2.1', 80), timeout=0.1)"


@pytest.fixture
def log(no_outbound: Path) -> Iterator[Path]:
    """The guard's log; what the test provoked is taken out again, or the guard would fail it."""
    before = no_outbound.read_bytes()
    yield no_outbound
    no_outbound.write_bytes(before)


def test_address_is_refused_and_written_down(log: Path) -> None:
    with pytest.raises(OSError, match=r"192\.0\.2\.1"):
        socket.create_connection(("192.0.2.1", 80), timeout=0.1)
    assert "192.0.2.1" in log.read_text()


def test_name_is_refused_before_it_is_looked_up(log: Path) -> None:
    with pytest.raises(OSError, match=r"telemetry\.example"):
        socket.getaddrinfo("telemetry.example", 443)


def test_datagram_is_refused(log: Path) -> None:
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender,
        pytest.raises(OSError, match=r"192\.0\.2\.1"),
    ):
        sender.sendto(b"", ("192.0.2.1", 53))


def test_child_process_is_refused_too(log: Path) -> None:
    child = subprocess.run([sys.executable, "-c", _REACH_OUT], capture_output=True, check=False)
    assert child.returncode != 0
    assert "192.0.2.1" in log.read_text()


def test_worker_of_a_run_is_refused_too(log: Path) -> None:
    """There MLflow and Great Expectations are imported, whose telemetry swallows its errors."""
    with Worker() as worker, pytest.raises(PipeWeaveError, match=r"192\.0\.2\.1"):
        worker.call(60, responds, url="http://192.0.2.1/")
    assert "192.0.2.1" in log.read_text()


@pytest.mark.parametrize(
    ("variable", "synchronous"),
    [("ANY", "(0,) <lambda>"), ("PIPEWEAVE_TESTS_SYNC", "(2,) fsync")],
)
def test_children_wait_for_the_disk_only_when_asked(
    variable: str, synchronous: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, "1")
    script = """if True:
        import os, sqlite3
        print(*sqlite3.connect("a.db").execute("PRAGMA synchronous"), os.fsync.__name__)
    """
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    assert told.stdout.decode().strip() == synchronous


def test_this_machine_is_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname(), timeout=1).close()
        socket.create_connection(("localhost", server.getsockname()[1]), timeout=1).close()


def test_dagster_keeps_its_engines(tmp_path: Path) -> None:
    script = f"""if True:
        import dagster, sqlalchemy
        from dagster._core.storage.event_log import SqliteEventLogStorage
        from sqlalchemy.pool import NullPool
        log = SqliteEventLogStorage({str(tmp_path)!r})
        engines = []
        for shard in ("index", "index", "run"):
            with log.run_connection(shard) as connection:
                engines.append(connection.engine)
        print(engines[0] is engines[1], engines[0] is engines[2], end=" ")
        own = [sqlalchemy.create_engine("sqlite://") for _ in range(2)]
        print(own[0] is own[1])
    """
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    assert told.stdout.decode().split() == ["True", "False", "False"]


@pytest.mark.parametrize(("variable", "seconds"), [("ANY", 5.0), (SCORES_VARIABLE, 0.0)])
def test_children_explain_scores_unless_they_are_asked_not_to(
    variable: str, seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, "1")
    script = """if True:
        from pipeweave_dagster.services.evaluation import evaluate_and_promote
        known = evaluate_and_promote.__globals__
        print(known["slice_s"](20), known["CANARY_S"] > 0)
    """
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    assert told.stdout.decode().split() == [str(seconds), str(seconds > 0)]
