"""What a request must be before a route sees it: of this site, of JSON, and not too much of it."""

from collections.abc import Collection

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipeweave_dagster.core.errors import ErrorCode, PipeWeaveError, validation_error
from pipeweave_dagster.web.api.plain_json import check_json
from pipeweave_dagster.web.api.request_rate import RequestRate
from pipeweave_dagster.web.cross_site_guard import refusal
from pipeweave_dagster.web.identity import principal_of

MOST_BYTES = 1 << 20
# Files arrive there; their route bounds them itself.
_UPLOADS = "/uploads/"
_SAFE = {"GET", "HEAD", "OPTIONS"}


class Gate:
    """ASGI middleware before all routes of the API.

    Args:
        app: The application.
        hosts: Host names that are served besides loopback.
        rate: How many requests one user may send.
    """

    def __init__(self, app: ASGIApp, hosts: Collection[str], rate: RequestRate) -> None:
        self.app = app
        self._hosts = frozenset(hosts)
        self._rate = rate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check the request and pass it on, its body read."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        try:
            self._check_sender(scope)
            if scope["method"] not in _SAFE and not _is_file(scope):
                receive = await _checked_body(scope, receive)
        except PipeWeaveError as error:
            await error_answer(error)(scope, receive, send)
            return
        await self.app(scope, receive, send)

    def _check_sender(self, scope: Scope) -> None:
        refused = refusal(scope, self._hosts)
        if refused is not None:
            raise PipeWeaveError(
                ErrorCode.FORBIDDEN, refused.reason, fix="Send it from a page of this server."
            )
        wait_s = self._rate.wait_s(_sender(scope))
        if wait_s > 0:
            raise PipeWeaveError(
                ErrorCode.RATE_LIMITED,
                "Too many requests.",
                fix=f"Wait {wait_s:.0f} s, or raise PIPEWEAVE_API_REQUESTS_PER_MINUTE.",
                retry_after_s=wait_s,
            )


def error_answer(error: PipeWeaveError, status: int | None = None) -> JSONResponse:
    """Return an error as answer: its envelope with the status of its code."""
    headers = {}
    if error.code is ErrorCode.RATE_LIMITED:
        headers["retry-after"] = str(error.details.get("retry_after_s", 1))
    if error.code is ErrorCode.UNAUTHORIZED:
        headers["www-authenticate"] = "Bearer"
    return JSONResponse(error.envelope(), status or error.code.http_status, headers)


def _is_file(scope: Scope) -> bool:
    place: str = scope["path"].removeprefix(scope.get("root_path", ""))
    return scope["method"] == "PUT" and place.startswith(_UPLOADS)


def _sender(scope: Scope) -> str:
    """Return who is counted: the user, or the address of somebody unknown."""
    try:
        return principal_of(Request(scope)).name
    except PipeWeaveError:
        return f"from {(scope.get('client') or ('nowhere',))[0]}"


async def _checked_body(scope: Scope, receive: Receive) -> Receive:
    """Read the body, and return a `receive` that gives it again."""
    request = Request(scope, receive)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise validation_error(
            "The body is not declared as JSON.", fix="Send Content-Type: application/json."
        )
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > MOST_BYTES:
            raise validation_error(
                f"The body is longer than {MOST_BYTES >> 20} MB.", fix="Upload a file instead."
            )
        parts.append(part)
    body = b"".join(parts)
    check_json(body)

    async def again() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return again
