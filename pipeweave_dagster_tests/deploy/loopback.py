"""Addresses of this machine that nobody else uses, and who listens on them."""

import contextlib
import os
import re
import socket


def addresses(names: list[str]) -> dict[str, str]:
    """A loopback address for each service, in a network that nobody else uses."""
    for number in range(250):
        network = f"127.{77 + (os.getpid() + number) % 150}.{os.getpid() // 150 % 250 + 1}"
        found = {name: f"{network}.{index + 10}" for index, name in enumerate(names)}
        if all(_is_free(address) for address in found.values()):
            return found
    raise AssertionError("no free loopback addresses")


def _is_free(address: str) -> bool:
    for port in (3000, 5432, 8333):
        with contextlib.closing(socket.socket()) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((address, port))
            except OSError:
                return False
    return True


def listens(healthcheck: list[str]) -> bool:
    """Whether somebody listens where a health check asks; true if it asks at no port."""
    words = " ".join(healthcheck)
    found = re.search(r"//([\d.]+):(\d+)/", words) or re.search(r" ([\d.]+):(\d+)$", words)
    if found is None:
        return True
    try:
        socket.create_connection((found[1], int(found[2])), timeout=2).close()
    except OSError:
        return False
    return True
