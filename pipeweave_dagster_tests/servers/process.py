"""Start a server, wait until it answers, and stop it and everything that it started."""

import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path

_GIVEN: set[int] = set()


def free_ports(count: int, *, reach: int = 0) -> list[int]:
    """Ports that nobody listens on now, below the range that outgoing connections use.

    Each worker of a test run has a range of its own, and gives out no port twice: a server takes
    seconds to open its port, in which another one would find it free.

    Args:
        count: How many, in a row.
        reach: A distance at which the server opens a second port for each.
    """
    span = 8_000 // int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    start = 12_000 + worker * span + (os.getpid() * 37) % (span // 2)
    for base in range(start, start + span // 2, count):
        ports = list(range(base, base + count))
        fresh = not _GIVEN.intersection(ports)
        if fresh and all(_is_free(p) and (not reach or _is_free(p + reach)) for p in ports):
            _GIVEN.update(ports)
            return ports
    raise AssertionError("no free ports")


def _is_free(port: int) -> bool:
    with closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


@contextmanager
def running(
    command: Sequence[str],
    ready: Callable[[], bool],
    log: Path,
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    seconds: float = 60,
) -> Iterator[subprocess.Popen[bytes]]:
    """A process group that lives as long as the context, after `ready` said so."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=env and {**env},
            cwd=cwd,
            start_new_session=True,
        )
    try:
        wait_until(
            ready, seconds, process=process, why=lambda: f"{command[0]}: {log.read_text()[-3000:]}"
        )
        yield process
    finally:
        kill_group(process)


def wait_until(
    condition: Callable[[], bool],
    seconds: float,
    *,
    process: subprocess.Popen[bytes] | None = None,
    why: Callable[[], str] = str,
    every: float = 0.1,
) -> None:
    """Return when the condition holds; fail after so many seconds, or when the process ended."""
    end = time.monotonic() + seconds
    while True:
        holds = condition()
        # If the process ended, it is another one that answers.
        ended = process is not None and process.poll() is not None
        assert not ended, f"the server ended: {why()}"
        if holds:
            return
        assert time.monotonic() < end, f"not within {seconds:g} s: {why()}"
        time.sleep(every)


def answers(url: str) -> Callable[[], bool]:
    """Whether an HTTP server says anything at all at this address."""

    def ready() -> bool:
        try:
            urllib.request.urlopen(url, timeout=2).close()
        except urllib.error.HTTPError as error:
            error.close()
        except OSError:
            return False
        return True

    return ready


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """End a process and all of its group at once; servers here hold nothing worth a goodbye."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(timeout=10)
