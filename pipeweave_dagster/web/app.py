"""Assemble routes, error handlers and headers."""

import logging
import time
from functools import partial

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from pipeweave_dagster.adapters.dagster_server import GraphQL, graphql_of
from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.core.errors import ErrorCode, PipeWeaveError, not_found, unavailable
from pipeweave_dagster.services.server_paths import error_without_paths
from pipeweave_dagster.services.workbench import Workbench
from pipeweave_dagster.settings import Settings
from pipeweave_dagster.web import handlers, login, provider_login
from pipeweave_dagster.web.forward_auth import authorize
from pipeweave_dagster.web.front_door import FrontDoor
from pipeweave_dagster.web.host_names import hosts_of
from pipeweave_dagster.web.identity import Identify
from pipeweave_dagster.web.late_api import LateApi
from pipeweave_dagster.web.listing import Listing
from pipeweave_dagster.web.login_gate import LoginGate
from pipeweave_dagster.web.pages import error_response
from pipeweave_dagster.web.request_guard import Guard
from pipeweave_dagster.web.work import work_routes
from pipeweave_dagster.web.work.benches import Benches
from pipeweave_dagster.web.work.form_token import form_key
from pipeweave_dagster.web.work.run_log import RunLogs

logger = logging.getLogger(__name__)


def create_app(
    store: DocumentStore, settings: Settings, dagster: GraphQL | None = None
) -> Starlette:
    """Return the pages and the HTTP API as an ASGI application.

    Args:
        store: Where the documents are.
        settings: Addresses of Dagster and MLflow for links and `/health`, and those of the pages:
            the public one, and that of the service `pages`. Besides loopback, only their host
            names are served.
        dagster: Sends queries to Dagster; None for its web server at the address of the settings.
    """
    listing, benches = Listing(store), Benches(partial(Workbench, settings))
    hosts = hosts_of(settings.web_url, settings.services.get("pages", ""))
    routes = [
        Route("/", handlers.index, methods=["GET"]),
        Route("/overview", handlers.overview, methods=["GET"]),
        Route("/datasets/{dataset}", handlers.dataset, methods=["GET"]),
        Route("/reports/{sha256}/{name}", handlers.report, methods=["GET"]),
        Route("/health", handlers.health, methods=["GET"]),
        Route("/alive", handlers.alive, methods=["GET"]),
        Mount("/api/v1", LateApi(store, settings, hosts, listing, dagster, benches)),
        *work_routes(),
        Route("/login", login.login_form, methods=["GET"]),
        Route("/login", login.send_login, methods=["POST"]),
        Route("/logout", login.send_logout, methods=["POST"]),
        Route("/login/provider", provider_login.start, methods=["GET"]),
        Route("/login/callback", provider_login.finish, methods=["GET"]),
        Route("/auth", authorize, methods=["GET"]),
    ]
    door = FrontDoor(store, settings)
    app = Starlette(
        routes=routes,
        middleware=[
            Middleware(Guard, hosts=hosts, setting="PIPEWEAVE_WEB_URL"),
            # What stands before the routes answers its own errors: the users are in the storage.
            Middleware(ExceptionMiddleware, handlers={PipeWeaveError: _unidentified}),
            Middleware(Identify, door=door),
            Middleware(LoginGate, door=door, hosts=hosts),
        ],
        exception_handlers={
            PipeWeaveError: _known,
            HTTPException: _refused,
            Exception: _broken,
        },
    )
    app.state.store = store
    app.state.door = door
    app.state.settings = settings
    app.state.listing = listing
    app.state.started = time.monotonic()
    app.state.benches, app.state.run_logs = benches, RunLogs()
    app.state.form_key = form_key(settings)
    app.state.dagster = dagster or graphql_of(settings)
    return app


def _known(request: Request, error: Exception) -> Response:
    if not isinstance(error, PipeWeaveError):
        raise error
    return error_response(request, error_without_paths(error, request.app.state.settings))


def _unidentified(request: Request, error: Exception) -> Response:
    """Answer somebody who may be a stranger, and so is not told where the storage is."""
    logger.warning("a request could not be identified: %s", error)
    silent = isinstance(error, PipeWeaveError) and error.code is ErrorCode.SERVICE_UNAVAILABLE
    why = "the storage does not respond" if silent else "what the storage says cannot be read"
    fix = "Try again soon. An administrator finds the reason in the log and by: pipeweave doctor."
    return error_response(request, unavailable(f"The users cannot be looked up: {why}.", fix=fix))


def _refused(request: Request, error: Exception) -> Response:
    """Answer a request for a page or method that does not exist."""
    path = request.url.path[:200]
    if isinstance(error, HTTPException) and error.status_code == 405:
        refused = PipeWeaveError(
            ErrorCode.VALIDATION_ERROR,
            f"{request.method[:20]} requests are not supported.",
            fix="This page is read-only; use GET.",
        )
        return error_response(request, refused, status=405)
    missing = not_found(f"There is no page {path!r}.", fix="Start at the list of data sets: /")
    return error_response(request, missing)


def _broken(request: Request, _error: Exception) -> Response:
    """Answer after an unexpected error; its text, which may be sensitive, only goes to the log."""
    error = PipeWeaveError(
        ErrorCode.INTERNAL_ERROR,
        "The page could not be rendered.",
        fix="See the log of `pipeweave web`.",
    )
    return error_response(request, error)
