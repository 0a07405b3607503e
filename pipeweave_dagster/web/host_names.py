"""Host names that a server answers to; any other one in a request means DNS rebinding."""

import ipaddress
from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.types import Scope


def hosts_of(*urls: str) -> frozenset[str]:
    """Return the host names that are served: loopback and those of these addresses.

    Args:
        urls: The public address, and that under which other services of a deployment know the
            server, such as `http://pages:8000/alive`.

    Another name in the Host header means DNS rebinding: a foreign page that tries to read this
    one through the browser of a user who can reach it.
    """
    return frozenset(
        {"localhost", *((urlsplit(url).hostname or "").lower() for url in urls)} - {""}
    )


def is_served(scope: Scope, hosts: Collection[str]) -> bool:
    """Return whether the Host header names one of these hosts or a loopback address."""
    host = _host(scope)
    return host in hosts or _is_loopback(host)


def header_values(scope: Scope, name: bytes) -> list[str]:
    """Return all values of a request header, `name` in lower case."""
    return [value.decode("latin-1") for key, value in scope["headers"] if key == name]


def _is_loopback(host: str) -> bool:
    """Return whether the host is a loopback IP address; an address cannot be rebound."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _host(scope: Scope) -> str:
    """Return the host name in the Host header without port; empty if missing or malformed."""
    found = header_values(scope, b"host")
    if len(found) != 1 or not found[0].isascii():
        return ""
    try:
        return (urlsplit("//" + found[0]).hostname or "").lower()
    except ValueError:
        return ""
