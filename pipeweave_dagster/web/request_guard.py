"""Guard every request: known hosts only, GET and HEAD only, and strict response headers."""

import ipaddress
import json
import re
import uuid
from collections.abc import Iterable, MutableMapping
from typing import Any
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipeweave_dagster.adapters.logs import correlation

_REQUEST_ID = re.compile(rb"[A-Za-z0-9-]{1,64}")

PAGE_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": PAGE_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "cache-control": "no-store",
}


def hosts_of(*urls: str) -> frozenset[str]:
    """Return the host names that are served: loopback and those of these addresses.

    Args:
        urls: The public address, and that under which other services of a deployment know the
            pages, such as `http://pages:8000/alive`.

    Another name in the Host header means DNS rebinding: a foreign page that tries to read this
    one through the browser of a user who can reach it.
    """
    return frozenset(
        {"localhost", *((urlsplit(url).hostname or "").lower() for url in urls)} - {""}
    )


class Guard:
    """ASGI middleware that rejects foreign hosts and adds the headers that a page did not set."""

    def __init__(self, app: ASGIApp, hosts: Iterable[str]) -> None:
        self.app = app
        self.hosts = frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check the request and pass it on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        correlation.set(_request_id(scope))

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = _completed(message)
            await send(message)

        host = _host(scope)
        if host in self.hosts or _is_loopback(host):
            await self.app(scope, receive, with_headers)
        else:
            await _refuse(with_headers)


def _request_id(scope: Scope) -> str:
    """Return the proxy's request id, or a new one; it correlates the lines of all logs."""
    given = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
    return given.decode() if _REQUEST_ID.fullmatch(given) else str(uuid.uuid4())


def _is_loopback(host: str) -> bool:
    """Return whether the host is a loopback IP address; an address cannot be rebound."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _completed(message: MutableMapping[str, Any]) -> list[tuple[bytes, bytes]]:
    headers = list(message.get("headers", []))
    present = {name.lower() for name, _ in headers}
    extra = [(k.encode(), v.encode()) for k, v in HEADERS.items() if k.encode() not in present]
    return [*headers, *extra]


def _host(scope: Scope) -> str:
    """Return the host name in the Host header without port; empty if missing or malformed."""
    found = [value for name, value in scope["headers"] if name == b"host"]
    if len(found) != 1:
        return ""
    try:
        return (urlsplit("//" + found[0].decode("ascii")).hostname or "").lower()
    except ValueError:
        return ""


async def _refuse(send: Send) -> None:
    envelope = {
        "code": "FORBIDDEN",
        "message": "This host name is not served. Set PIPEWEAVE_WEB_URL to the address in use.",
        "details": {},
    }
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 403, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(envelope).encode()})
