"""Assemble the API: routes, error handlers, and the gate before them."""

import logging
import time
from collections.abc import Collection
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from pipeweave_dagster.adapters.dagster_server import DagsterServer, GraphQL, graphql_of
from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.core.errors import ErrorCode, PipeWeaveError, not_found, validation_error
from pipeweave_dagster.services.server_paths import error_without_paths
from pipeweave_dagster.services.workbench import Workbench
from pipeweave_dagster.settings import Settings
from pipeweave_dagster.web.api import routes
from pipeweave_dagster.web.api.envelope import ERRORS
from pipeweave_dagster.web.api.gate import Gate, error_answer
from pipeweave_dagster.web.api.places import Places
from pipeweave_dagster.web.api.request_rate import RequestRate
from pipeweave_dagster.web.api.shared import Shared
from pipeweave_dagster.web.listing import Listing
from pipeweave_dagster.web.work.benches import Benches

logger = logging.getLogger(__name__)
DESCRIPTION = """Uploads, data sets, reports, pipelines, training jobs, models and predictions
over HTTP; renaming and erasing are left to the command line.

Answers are `{"api_version": "v1", "data": …}`, errors are
`{"code": …, "message": …, "details": …}` with one of seven codes."""
_MOST_PROBLEMS = 10
_MOST_STREAMS = 20
_MOST_WAITING = 8
# What FastAPI would give to OpenTelemetry, such as the bodies of requests.
_UNWATCHED: Any = dict.fromkeys(
    ("tracing", "metrics", "logs", "operation_spans", "auto_configure"), False
)


def create_api(
    store: DocumentStore,
    settings: Settings,
    hosts: Collection[str],
    listing: Listing | None = None,
    dagster: GraphQL | None = None,
    benches: Benches | None = None,
) -> FastAPI:
    """Return the API as an ASGI application, to be mounted at `/api/v1` behind `Identify`.

    Args:
        store: Where everything is.
        settings: Limits and addresses.
        hosts: Host names that are served besides loopback.
        listing: The list of data sets that the pages keep; None for one of its own.
        dagster: Sends queries to Dagster; None for its web server at the address of the settings.
        benches: Workbenches for models and predictions; None for those of the settings.
    """
    api = FastAPI(
        title="PipeWeave",
        version=_version(),
        description=DESCRIPTION,
        docs_url=None,  # its pages load scripts from another server
        redoc_url=None,
        openapi_url="/openapi.json",
        redirect_slashes=False,
        servers=[{"url": "/api/v1"}],
        root_path_in_servers=False,
        responses=ERRORS,
        telemetry=_UNWATCHED,
        generate_unique_id_function=lambda route: route.name,
    )
    api.state.shared = Shared(
        store=store,
        settings=settings,
        dagster=DagsterServer(dagster or graphql_of(settings)),
        benches=benches or Benches(partial(Workbench, settings)),
        waiting=Places(_MOST_WAITING),
        streams=Places(_MOST_STREAMS),
        listing=listing or Listing(store),
        started=time.monotonic(),
    )
    for router in routes.ROUTERS:
        api.include_router(router)
    api.add_exception_handler(PipeWeaveError, _known)
    api.add_exception_handler(RequestValidationError, _invalid)
    api.add_exception_handler(HTTPException, _refused)
    api.add_exception_handler(Exception, _broken)
    rate = RequestRate(settings.api_requests_per_minute)
    api.add_middleware(Gate, hosts=hosts, rate=rate)
    return api


def _version() -> str:
    try:
        return version("pipeweave")
    except PackageNotFoundError:
        return "source"


def _known(request: Request, error: Exception) -> Response:
    if not isinstance(error, PipeWeaveError):
        raise error
    return error_answer(error_without_paths(error, request.app.state.shared.settings))


def _invalid(_request: Request, error: Exception) -> Response:
    """Answer a request that does not fit the schema, with every problem and its place."""
    if not isinstance(error, RequestValidationError):
        raise error
    problems = [
        f"{'.'.join(str(part)[:60] for part in e['loc'])}: "
        f"{e['msg'].removeprefix('Value error, ')[:200]}"
        for e in error.errors()
    ]
    shown = problems[:_MOST_PROBLEMS]
    wrong = validation_error(
        f"The request is not valid. {' '.join(shown)}",
        fix="See /api/v1/docs.",
        problems=shown,
    )
    return error_answer(wrong)


def _refused(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    path = request.url.path[:200]
    if error.status_code == 404:
        return error_answer(not_found(f"There is nothing at {path!r}.", fix="See /api/v1/docs."))
    if error.status_code == 405:
        wrong = validation_error(
            f"{request.method[:20]} is not supported at {path!r}.", fix="See /api/v1/docs."
        )
        answer = error_answer(wrong, status=405)
        answer.headers.update(error.headers or {})
        return answer
    return error_answer(
        validation_error("The request cannot be read.", fix="Send JSON; see /api/v1/docs.")
    )


def _broken(_request: Request, error: Exception) -> Response:
    """Answer after an unexpected error; its text, which may be sensitive, only goes to the log."""
    logger.error("The API failed.", exc_info=error)
    broken = PipeWeaveError(
        ErrorCode.INTERNAL_ERROR, "The request failed.", fix="See the log of the pages."
    )
    return error_answer(broken)
