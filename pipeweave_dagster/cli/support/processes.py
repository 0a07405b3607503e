"""Start several services together, and stop them together."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from pipeweave_dagster.core.errors import unavailable

LOOPBACK = "127.0.0.1"
_GRACE_S = 8.0


@dataclass(frozen=True)
class Service:
    """A long-running command.

    Attributes:
        name: Name in messages.
        command: Program and arguments.
        port: The port that it listens on once it is ready.
        socket: The same, for a Unix socket.
        needed: Whether to wait until it is ready.
    """

    name: str
    command: list[str]
    port: int | None = None
    socket: Path | None = None
    needed: bool = True


def free_port(wanted: int) -> int:
    """Return the wanted port, or the next free one above it."""
    for port in range(wanted, wanted + 100):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((LOOPBACK, port))
            except OSError:
                continue
            return port
    raise unavailable(
        f"No port between {wanted} and {wanted + 99} is free.",
        fix="Choose another port, or stop the programs that use these.",
    )


class Supervisor:
    """Context manager that starts services on entry and stops them on exit."""

    def __init__(self, services: list[Service]) -> None:
        self._services = services
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Self:
        signal.signal(signal.SIGTERM, interrupt)
        try:
            for service in self._services:
                # One process group each, so that Ctrl-C reaches them only through `stop`, in order.
                self._running[service.name] = subprocess.Popen(  # noqa: S603 - fixed commands
                    service.command, start_new_session=True, stdin=subprocess.DEVNULL
                )
                if service.name == "code server":
                    self._ready(service)
            for service in self._services:
                if service.needed:
                    self._ready(service)
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _ready(self, service: Service, limit_s: float = 180) -> None:
        deadline = time.monotonic() + limit_s
        while not _is_ready(service):
            if self._running[service.name].poll() is not None or time.monotonic() > deadline:
                raise unavailable(f"The {service.name} did not start.", fix="See its output above.")
            time.sleep(0.2)

    def wait(self) -> None:
        """Wait for Ctrl-C, or raise if a service ends by itself."""
        try:
            while True:
                for name, process in self._running.items():
                    if process.poll() is not None:
                        raise unavailable(
                            f"The {name} has exited; all services are stopped.",
                            fix="See its output above, and start again.",
                        )
                time.sleep(0.5)
        except KeyboardInterrupt:
            sys.stderr.write("Stopping …\n")

    def stop(self) -> None:
        """Terminate all services; kill those that do not exit in time."""
        for process in self._running.values():
            _send(process, signal.SIGTERM)
        deadline = time.monotonic() + _GRACE_S
        for process in self._running.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=max(0.1, deadline - time.monotonic()))
            _send(process, signal.SIGKILL)
            process.wait()
        self._running.clear()


def _is_ready(service: Service) -> bool:
    if service.socket is not None:
        return service.socket.exists()
    if service.port is None:
        return True
    try:
        socket.create_connection((LOOPBACK, service.port), timeout=1).close()
    except OSError:
        return False
    return True


def _send(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


def interrupt(*_: object) -> None:
    """Handle SIGTERM as Ctrl-C."""
    raise KeyboardInterrupt
