"""The HTTP API, made when it is used for the first time: pages alone need no FastAPI."""

from threading import Lock
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Receive, Scope, Send


class LateApi:
    """An ASGI application that makes the API with these arguments at its first request.

    Args:
        arguments: Those of `web.api.app.create_api`.
    """

    def __init__(self, *arguments: Any) -> None:
        self._arguments = arguments
        self._lock = Lock()
        self._app: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        app = self._app
        if app is None:
            app = await run_in_threadpool(self._made)
        await app(scope, receive, send)

    def _made(self) -> ASGIApp:
        from pipeweave_dagster.web.api.app import create_api

        with self._lock:
            if self._app is None:
                self._app = create_api(*self._arguments)
            return self._app
