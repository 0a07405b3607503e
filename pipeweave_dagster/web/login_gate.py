"""Nothing but the login itself is shown to somebody who has not logged in."""

from urllib.parse import quote

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipeweave_dagster.core.errors import ErrorCode, PipeWeaveError
from pipeweave_dagster.web.cross_site_guard import refusal
from pipeweave_dagster.web.front_door import FrontDoor
from pipeweave_dagster.web.identity import is_known, unauthorized
from pipeweave_dagster.web.session_cookies import is_encrypted, renewed_cookie

OPEN = frozenset({"/login", "/logout", "/login/provider", "/login/callback", "/auth"})
_UPLOADS = "/api/v1/uploads/"
_SAFE = {"GET", "HEAD", "OPTIONS"}


class LoginGate:
    """ASGI middleware behind `Identify`: refuses strangers and requests of foreign pages.

    Args:
        app: The application.
        door: Who may come in.
        hosts: Host names of the application.
    """

    def __init__(self, app: ASGIApp, door: FrontDoor, hosts: frozenset[str]) -> None:
        self.app = app
        self.door = door
        self.hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse the request, or pass it on and renew its session."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        refused = self._refusal(scope)
        if refused is not None:
            await refused(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        due = scope["path"] not in OPEN and self.door.is_due(connection)
        cookie = renewed_cookie(self.door, connection) if due else None

        async def with_cookie(message: Message) -> None:
            if cookie is not None and message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), (b"set-cookie", cookie)]
            await send(message)

        await self.app(scope, receive, with_cookie)

    def _refusal(self, scope: Scope) -> Response | None:
        foreign = refusal(scope, self.hosts) if scope["method"] not in _SAFE else None
        if foreign is not None:
            return _answer(
                PipeWeaveError(
                    ErrorCode.FORBIDDEN, foreign.reason, fix="Send it from a page of this server."
                )
            )
        connection = HTTPConnection(scope)
        if scope["path"] == "/alive":
            return None
        if not is_encrypted(connection, self.door.settings):
            return _answer(unencrypted())
        if scope["path"] in OPEN or is_known(connection) or _has_ticket(scope):
            return None
        if scope["method"] == "GET" and "text/html" in Headers(scope=scope).get("accept", ""):
            return RedirectResponse(f"/login?next={quote(_target(Request(scope)), safe='')}", 303)
        return _answer(unauthorized())


def _has_ticket(scope: Scope) -> bool:
    """Return whether this is the upload of a file, whose route checks the ticket that it bears."""
    return scope["method"] == "PUT" and str(scope["path"]).startswith(_UPLOADS)


def unencrypted() -> PipeWeaveError:
    """Return the error for a request whose password or session anybody on the way could read."""
    return PipeWeaveError(
        ErrorCode.FORBIDDEN,
        "This server is reached from other machines without encryption.",
        fix="Put a proxy with TLS in front of it and set PIPEWEAVE_BEHIND_TLS_PROXY=true.",
    )


def _answer(error: PipeWeaveError) -> Response:
    headers = {"www-authenticate": "Bearer"} if error.code is ErrorCode.UNAUTHORIZED else {}
    return JSONResponse(error.envelope(), error.code.http_status, headers)


def _target(request: Request) -> str:
    """Return path and query of a page, to go on with after the login."""
    query = f"?{request.url.query}" if request.url.query else ""
    return f"{request.url.path}{query}"[:2000]
