"""Keep foreign pages from using Dagster's web server through the browser of its user.

Dagster's server checks neither where a request comes from nor for which name it was meant, and it
executes mutations sent by a link, a form or a script of any page.
"""

from collections.abc import Collection
from typing import NamedTuple

from starlette.datastructures import QueryParams
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipeweave_dagster.web.host_names import header_values, is_served
from pipeweave_dagster.web.refusals import send_refusal

_HEADERS = [(b"x-frame-options", b"DENY"), (b"cross-origin-resource-policy", b"same-origin")]
_GRAPHQL = "/graphql"


class Refusal(NamedTuple):
    """Why a request is not passed on."""

    status: int
    reason: str


def refusal(scope: Scope, hosts: Collection[str]) -> Refusal | None:
    """Return why a request has to be refused, else None.

    Browsers send `Origin` with every request of a script or form to another site, and
    `Sec-Fetch-Site` with all requests; other clients send neither and are not affected.

    Args:
        scope: Of an HTTP request or a WebSocket handshake.
        hosts: Names under which the server is known, besides loopback addresses.

    References:
        https://www.w3.org/TR/fetch-metadata/, resource isolation policy.
    """
    if not is_served(scope, hosts):
        return Refusal(403, "This host name is not served.")
    (host,) = header_values(scope, b"host")
    own = {f"http://{host}", f"https://{host}"}
    if not own.issuperset(header_values(scope, b"origin")) or _is_foreign_fetch(scope):
        return Refusal(403, "This request comes from another site.")
    if scope["path"].rstrip("/") == _GRAPHQL and "query" in QueryParams(scope["query_string"]):
        return Refusal(405, "Queries are sent in the body of a POST request.")
    return None


def _is_foreign_fetch(scope: Scope) -> bool:
    """Return whether another site loads this as part of a page; following a link is allowed."""
    foreign = {"cross-site", "same-site"} & {*header_values(scope, b"sec-fetch-site")}
    navigates = header_values(scope, b"sec-fetch-mode") == ["navigate"]
    whole_page = header_values(scope, b"sec-fetch-dest") == ["document"]
    return bool(foreign) and not (navigates and whole_page and scope.get("method") == "GET")


class CrossSiteGuard:
    """ASGI middleware that refuses requests of foreign pages, and to be shown in their frames."""

    def __init__(self, app: ASGIApp, hosts: Collection[str]) -> None:
        self.app = app
        self.hosts = frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check the request and pass it on."""
        refused = refusal(scope, self.hosts) if scope["type"] in {"http", "websocket"} else None

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), *_HEADERS]
            await send(message)

        if refused is None:
            await self.app(scope, receive, with_headers)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": refused.reason})
        else:
            await send_refusal(with_headers, refused.status, refused.reason)
