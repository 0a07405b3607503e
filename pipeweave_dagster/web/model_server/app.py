"""The routes of the model server, which are those of MLflow's scoring server and `/explain`."""

import hmac
import json
import math
from collections.abc import Awaitable, Callable
from importlib.metadata import version
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from pipeweave_dagster.core.errors import ErrorCode, PipeWeaveError, not_found, validation_error
from pipeweave_dagster.web.model_server.champion import FollowedChampion
from pipeweave_dagster.web.model_server.request_rows import MOST_BYTES, rows_of
from pipeweave_dagster.web.request_guard import Guard

_OPEN = {"/ping"}
Handler = Callable[[Request], Awaitable[Response]]


def create_server(champion: FollowedChampion, hosts: frozenset[str], token: str = "") -> Starlette:
    """Return the server as an ASGI application.

    Args:
        champion: The model to serve.
        hosts: Host names that are served besides loopback.
        token: What requests must carry as `Authorization: Bearer`; empty: none is needed.
    """
    routes = [
        Route("/invocations", _guarded(_invocations), methods=["POST"]),
        Route("/explain", _guarded(_explain), methods=["POST"]),
        Route("/health", _guarded(_health), methods=["GET"]),
        Route("/version", _guarded(_version), methods=["GET"]),
        Route("/ping", _guarded(_ping), methods=["GET"]),
    ]
    app = Starlette(
        routes=routes,
        middleware=[Middleware(Guard, hosts=hosts, setting="PIPEWEAVE_SERVE_URL")],
        exception_handlers={PipeWeaveError: _known, HTTPException: _refused, Exception: _broken},
    )
    app.state.champion, app.state.token = champion, token
    return app


def _guarded(handler: Handler) -> Handler:
    async def checked(request: Request) -> Response:
        token = request.app.state.token
        if token and request.url.path not in _OPEN:
            given = request.headers.get("authorization", "")
            if not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
                raise PipeWeaveError(
                    ErrorCode.UNAUTHORIZED,
                    "The request has no valid token.",
                    fix="Send the header `Authorization: Bearer` with PIPEWEAVE_SERVE_TOKEN.",
                )
        return await handler(request)

    return checked


async def _invocations(request: Request) -> Response:
    return await _scored(request, explain=False)


async def _explain(request: Request) -> Response:
    return await _scored(request, explain=True)


async def _scored(request: Request, *, explain: bool) -> Response:
    body = await _body(request)
    kind = request.headers.get("content-type", "application/json")
    served = request.app.state.champion.current

    def answer() -> Response:
        from pipeweave_dagster.core.prediction.intervals import SET

        rows = rows_of(body, kind, served.scorer.reading)
        scored = served.scorer.score(rows, explain=explain)
        records = [
            {name: _plain(value, listed=name == SET) for name, value in row.items()}
            for row in scored.predictions.to_dict("records")
        ]
        notes = [*getattr(rows, "attrs", {}).get("notes", ()), *scored.notes]
        content = {"predictions": records, "version": served.version, "notes": notes}
        text = json.dumps(content, ensure_ascii=False, allow_nan=False)
        return Response(text, media_type="application/json")

    return await run_in_threadpool(answer)


def _plain(value: Any, *, listed: bool) -> Any:
    """Return a cell as JSON has it: a missing one is null, the set of classes a list."""
    if listed and isinstance(value, str):
        return json.loads(value)
    plain = value.item() if hasattr(value, "item") else value
    return None if isinstance(plain, float) and not math.isfinite(plain) else plain


async def _body(request: Request) -> bytes:
    """Read the body, and stop where it is too long."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > MOST_BYTES:
            raise validation_error(
                f"The body is longer than {MOST_BYTES >> 20} MB.",
                fix="Send fewer rows at once, or score a file: pipeweave predict.",
            )
        parts.append(part)
    return b"".join(parts)


async def _health(request: Request) -> Response:
    state = request.app.state.champion.state()
    return JSONResponse(state, 200 if state["state"] == "ok" else 503)


async def _ping(request: Request) -> Response:
    del request
    return PlainTextResponse("\n")


async def _version(request: Request) -> Response:
    del request
    return PlainTextResponse(version("pipeweave"))


def _known(request: Request, error: Exception) -> Response:
    del request
    if not isinstance(error, PipeWeaveError):
        raise error
    return JSONResponse(error.envelope(), error.code.http_status)


def _refused(request: Request, error: Exception) -> Response:
    path = request.url.path[:100]
    if isinstance(error, HTTPException) and error.status_code == 405:
        wrong = validation_error(
            f"{request.method[:20]} is not supported at {path!r}.",
            fix="POST rows to /invocations or /explain; GET /health.",
        )
        return JSONResponse(wrong.envelope(), 405)
    missing = not_found(f"There is nothing at {path!r}.", fix="POST rows to /invocations.")
    return JSONResponse(missing.envelope(), 404)


def _broken(request: Request, _error: Exception) -> Response:
    del request
    error = PipeWeaveError(
        ErrorCode.INTERNAL_ERROR,
        "The rows could not be scored.",
        fix="See the log of `pipeweave serve`.",
    )
    return JSONResponse(error.envelope(), 500)
