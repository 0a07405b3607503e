"""Guard every request: known hosts only, GET and HEAD only, and strict response headers."""

import re
import uuid
from collections.abc import Iterable, MutableMapping
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipeweave_dagster.adapters.logs import correlation
from pipeweave_dagster.web.host_names import is_served
from pipeweave_dagster.web.refusals import send_refusal

_REQUEST_ID = re.compile(rb"[A-Za-z0-9-]{1,64}")

PAGE_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": PAGE_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    # With `no-referrer`, browsers send our own forms with `Origin: null`, as strangers may, too.
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "cache-control": "no-store",
}


class Guard:
    """ASGI middleware that rejects foreign hosts and adds the headers that a page did not set.

    Args:
        app: The application.
        hosts: Host names that are served besides loopback.
        setting: The setting that adds a host name, for the answer to a foreign one.
    """

    def __init__(self, app: ASGIApp, hosts: Iterable[str], setting: str) -> None:
        self.app = app
        self._setting = setting
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

        if is_served(scope, self.hosts):
            await self.app(scope, receive, with_headers)
        else:
            told = f"This host name is not served. Set {self._setting} to the address in use."
            await send_refusal(with_headers, 403, told)


def _request_id(scope: Scope) -> str:
    """Return the proxy's request id, or a new one; it correlates the lines of all logs."""
    given = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
    return given.decode() if _REQUEST_ID.fullmatch(given) else str(uuid.uuid4())


def _completed(message: MutableMapping[str, Any]) -> list[tuple[bytes, bytes]]:
    headers = list(message.get("headers", []))
    present = {name.lower() for name, _ in headers}
    extra = [(k.encode(), v.encode()) for k, v in HEADERS.items() if k.encode() not in present]
    return [*headers, *extra]
