"""`pipeweave dev` starts again what ends by itself, and gives up on what keeps ending."""

import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from pipeweave_dagster.cli.support import supervisor
from pipeweave_dagster.cli.support.clock_watch import ClockWatch
from pipeweave_dagster.cli.support.processes import Service, is_ready
from pipeweave_dagster.cli.support.supervisor import CODE_SERVER, DAEMON, Supervisor
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster_tests.servers.process import wait_until

# Starts a child that lives on, as the code server starts runs, and writes both process ids.
_SERVER = """
import os, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
with open(sys.argv[1], "a") as file:
    file.write(f"{os.getpid()} {child.pid}\\n")
time.sleep(60)
"""


@pytest.fixture(autouse=True)
def _handler() -> object:
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


def each_look(monkeypatch: pytest.MonkeyPatch, action: Callable[[], None]) -> None:
    """Do something at every look of the supervisor."""
    pause = time.sleep

    def sleep(_: float) -> None:
        action()
        pause(0.02)

    monkeypatch.setattr(supervisor.time, "sleep", sleep)


@pytest.mark.parametrize("name", [CODE_SERVER, "web UI"])
def test_a_killed_service_is_started_again(
    name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    started = tmp_path / "started"
    service = Service(name, [sys.executable, "-c", _SERVER, str(started)], needed=False)

    interrupted: list[bool] = []

    def starts() -> list[list[int]]:
        text = started.read_text() if started.exists() else ""
        return [[int(pid) for pid in line.split()] for line in text.splitlines()]

    def act() -> None:
        if len(starts()) == 1 and psutil.pid_exists(starts()[0][0]):
            os.kill(starts()[0][0], signal.SIGKILL)
        if len(starts()) == 2 and not interrupted:
            interrupted.append(True)
            raise KeyboardInterrupt

    each_look(monkeypatch, act)
    with Supervisor([service]) as running:
        running.wait()
        child = psutil.Process(starts()[0][1]) if psutil.pid_exists(starts()[0][1]) else None
        survives = child is not None and child.status() != psutil.STATUS_ZOMBIE
        assert survives == (name == CODE_SERVER), "runs go on; what may hold a port does not"
    assert f"The {name} has ended (signal SIGKILL); it is started again." in capsys.readouterr().err
    left = [pid for pids in starts() for pid in pids if psutil.pid_exists(pid)]
    wait_until(lambda: all(has_ended(pid) for pid in left), 10)


def has_ended(pid: int) -> bool:
    """Whether a process is gone, or about to be collected."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_a_service_that_keeps_ending_stops_all(monkeypatch: pytest.MonkeyPatch) -> None:
    each_look(monkeypatch, lambda: None)
    services = [
        Service("pages", [sys.executable, "-S", "-c", "raise SystemExit(7)"], needed=False),
        Service("daemon", [sys.executable, "-S", "-c", "import time; time.sleep(60)"]),
    ]
    running = Supervisor(services)
    ends = r"pages has ended 6 times.*exit code 7"
    with pytest.raises(PipeWeaveError, match=ends), running:
        running.wait()
    assert running._running == {}


def test_the_socket_of_a_killed_server_is_not_taken_for_a_server(tmp_path: Path) -> None:
    path = tmp_path / "code.sock"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen()
        assert is_ready(Service(CODE_SERVER, [], socket=path))
    assert path.exists()
    assert not is_ready(Service(CODE_SERVER, [], socket=path))


def test_the_daemon_is_started_again_where_the_clock_was_set_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It measures its pauses by the clock: an hour back, and no upload was seen for an hour."""
    started = tmp_path / "started"
    command = [sys.executable, "-c", _SERVER, str(started)]
    services = [Service(DAEMON, command, needed=False)]
    lead, looks, interrupted = [0.0], [0], list[bool]()

    def act() -> None:
        lines = started.read_text().splitlines() if started.exists() else []
        looks[0] += 1
        lead[0] = -3600.0 if lines else 10.0 * looks[0]  # slow corrections are none
        if len(lines) == 2 and not interrupted:
            interrupted.append(True)
            raise KeyboardInterrupt

    each_look(monkeypatch, act)
    monkeypatch.setattr(supervisor, "ClockWatch", lambda: ClockWatch(lambda: lead[0]))
    with Supervisor(services) as running:
        running.wait()
    assert len(started.read_text().splitlines()) == 2
    said = capsys.readouterr().err
    assert said.count("the daemon is started again") == 1
    assert "The clock was set back by" in said


def test_the_daemon_is_started_again_where_sensors_ticked_in_the_future(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A clock that was ahead for two days between two looks: 30 of 50 uploads were never seen."""
    started = tmp_path / "started"
    command = [sys.executable, "-c", _SERVER, str(started)]
    services = [Service(DAEMON, command, needed=False)]
    found, interrupted = [["uploads"], [], []], list[bool]()

    def starts() -> int:
        return len(started.read_text().splitlines()) if started.exists() else 0

    def ahead() -> list[str]:
        return found.pop(0) if starts() and found else []

    def act() -> None:
        if starts() == 2 and not found and not interrupted:
            interrupted.append(True)
            raise KeyboardInterrupt

    each_look(monkeypatch, act)
    monkeypatch.setattr(Supervisor, "look_s", 0.0)
    with Supervisor(services, ahead) as running:
        running.wait()
    assert starts() == 2
    assert "The last tick of uploads is in the future; the daemon is" in capsys.readouterr().err
