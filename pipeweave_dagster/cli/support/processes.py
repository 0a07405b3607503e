"""Long-running services on this machine: their commands, ports and sockets."""

import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pipeweave_dagster.core.errors import unavailable

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class Service:
    """A long-running command.

    Attributes:
        name: Name in messages.
        command: Program and arguments.
        port: The port that it listens on once it is ready.
        socket: The same, for a Unix socket.
        needed: Whether to wait until it is ready.
        without: Variables that are removed from its environment: secrets of other services.
        extra: Variables that only this service has.
    """

    name: str
    command: list[str]
    port: int | None = None
    socket: Path | None = None
    needed: bool = True
    without: frozenset[str] = frozenset()
    extra: Mapping[str, str] = field(default_factory=dict)


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


def is_ready(service: Service) -> bool:
    """Return whether a service accepts connections."""
    try:
        if service.socket is not None:
            # A file alone may be what a killed server has left.
            with socket.socket(socket.AF_UNIX) as probe:
                probe.connect(str(service.socket))
        elif service.port is not None:
            socket.create_connection((LOOPBACK, service.port), timeout=1).close()
    except OSError:
        return False
    return True
