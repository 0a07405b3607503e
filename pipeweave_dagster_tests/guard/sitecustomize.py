"""Refuses every connection that leaves this machine, and writes it down.

The tests' `conftest.py` installs it in the test process. Child processes install it themselves:
this folder is put on their `PYTHONPATH`, and Python imports `sitecustomize` at its start.
It is an audit hook, so it sees every socket that Python opens, whichever library asks; libraries
that open sockets in C (gRPC, Arrow) are out of its sight.
"""

import contextlib
import ipaddress
import os
import socket
import sys

LOG_VARIABLE = "PIPEWEAVE_NETWORK_GUARD_LOG"
_EVENTS = {"socket.connect", "socket.sendto", "socket.sendmsg"}
_LOOKUPS = {"socket.getaddrinfo", "socket.gethostbyname"}


class OutboundConnectionError(OSError):
    """A test, or a program that it started, tried to reach another machine."""


def is_local(host: object) -> bool:
    """Whether a host is this machine; names are not looked up, that would be a connection too."""
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if host in (None, "", "localhost", socket.gethostname()):
        return True
    with contextlib.suppress(ValueError):
        address = ipaddress.ip_address(str(host).partition("%")[0])
        return address.is_loopback or address.is_unspecified
    return False


def _hook(event: str, args: tuple[object, ...]) -> None:
    if event in _EVENTS:
        target = args[1]
        host = target[0] if isinstance(target, tuple) else None
    elif event in _LOOKUPS:
        host = args[0]
    else:
        return
    if not is_local(host):
        _refuse(f"{event} to {host!r} by process {os.getpid()}: {' '.join(sys.argv)[:200]}")


def _refuse(what: str) -> None:
    # Telemetry swallows its errors, so an exception alone would go unseen.
    if log := os.environ.get(LOG_VARIABLE):
        with open(log, "a", encoding="utf-8") as file:  # noqa: PTH123  (pathlib is slow to import)
            file.write(what + "\n")
    raise OutboundConnectionError(what)


sys.addaudithook(_hook)
