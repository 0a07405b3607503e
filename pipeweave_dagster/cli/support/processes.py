"""Starting several services together, and ending them together."""

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
    """A command that keeps running.

    Attributes:
        name: For people.
        command: Program and arguments.
        port: Where it answers once it is ready.
        socket: The same, for a Unix socket.
        needed: Whether the others are of no use before that.
    """

    name: str
    command: list[str]
    port: int | None = None
    socket: Path | None = None
    needed: bool = True


def free_port(wanted: int) -> int:
    """The wanted port, or the next one above it that nobody listens on."""
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
        fix="Name another one, or end what listens there.",
    )


class Supervisor:
    """Runs services as a context: all are started at its begin and ended at its end."""

    def __init__(self, services: list[Service]) -> None:
        self._services = services
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Self:
        signal.signal(signal.SIGTERM, interrupt)
        try:
            for service in self._services:
                # A group of its own each, so that Ctrl-C reaches them through us, in order.
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
        """Wait until one service ends by itself (an error) or an interrupt comes."""
        try:
            while True:
                for name, process in self._running.items():
                    if process.poll() is not None:
                        raise unavailable(
                            f"The {name} has ended; everything is stopped.",
                            fix="See its output above, and start again.",
                        )
                time.sleep(0.5)
        except KeyboardInterrupt:
            sys.stderr.write("Stopping …\n")

    def stop(self) -> None:
        """End all services: politely, then by force."""
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
