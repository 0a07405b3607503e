"""One function per page. They run in threads, because storage calls block."""

import hashlib
import re

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.core.documents import WorkbenchOverview
from pipeweave_dagster.core.errors import not_found
from pipeweave_dagster.core.naming import check_slug
from pipeweave_dagster.services.left_out import recorded_left_out
from pipeweave_dagster.services.overview_index import overview_of
from pipeweave_dagster.services.ownership import visible
from pipeweave_dagster.services.run_figures import run_cost
from pipeweave_dagster.settings import Settings
from pipeweave_dagster.web.health_checks import health_of
from pipeweave_dagster.web.identity import Action, principal_of, require
from pipeweave_dagster.web.pages import page
from pipeweave_dagster.web.paging import page_number
from pipeweave_dagster.web.views import dataset_view
from pipeweave_dagster.web.work.pages import is_allowed

MOST_ROWS = 200
MAX_REPORT_BYTES = 32 << 20
REPORT_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
_SHA256 = re.compile(r"[0-9a-f]{64}")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,60}\.(html|json)")
_TYPES = {"html": "text/html; charset=utf-8", "json": "application/json"}


def index(request: Request) -> Response:
    """List the data sets, 200 on a page (`/?page=2`)."""
    store, settings = _state(request)
    principal, owners = principal_of(request), request.app.state.door.owners()
    shown = request.app.state.listing.page(
        page_number(request.query_params.get("page", "")),
        lambda names: visible(principal, names, owners),
    )
    return page(
        "index.html.j2",
        shown=shown,
        entries=shown.entries,
        left_out=recorded_left_out(store),
        settings=settings,
        may_upload=is_allowed(request, "upload"),
        may_audit=is_allowed(request, "view_audit"),
    )


def overview(request: Request) -> Response:
    """Show sums over the data sets that the user may see, and which of them need attention."""
    store, settings = _state(request)
    every = overview_of(store)
    names = [entry.dataset for entry in every.datasets]
    seen = {*visible(principal_of(request), names, request.app.state.door.owners())}
    found = WorkbenchOverview(datasets=[e for e in every.datasets if e.dataset in seen])
    totals, rows = found.totals(), found.by_attention()
    return page(
        "overview.html.j2",
        totals=totals,
        rows=rows[:MOST_ROWS],
        more=len(rows) - MOST_ROWS,
        best=found.best(),
        times=sorted(totals.runs.assets.items(), key=lambda item: -item[1].seconds),
        cost=run_cost(totals.runs.seconds, settings.cost_per_hour),
    )


def dataset(request: Request) -> Response:
    """Show one data set: assets, findings, champion, pipeline, report."""
    store, settings = _state(request)
    name = check_slug(request.path_params["dataset"])
    require(request, Action.VIEW, name)
    may_change = is_allowed(request, "configure", name)
    return page("dataset.html.j2", view=dataset_view(store, name, settings), may_change=may_change)


def report(request: Request) -> Response:
    """Serve a stored HTML or JSON payload, sandboxed so that even a hostile report is harmless.

    The address contains the hash of the content, so it can be cached forever.
    """
    store, _ = _state(request)
    sha256, name = request.path_params["sha256"], request.path_params["name"]
    missing = not_found("There is no such report.", fix="Open it from the page of its data set.")
    if not _SHA256.fullmatch(sha256) or not (kind := _NAME.fullmatch(name)):
        raise missing
    key = f"payloads/{sha256}/{name}"
    found = store.storage.stat(key)
    if found is None or found.size > MAX_REPORT_BYTES:
        raise missing
    headers = {
        "content-security-policy": REPORT_POLICY,
        "cache-control": "private, max-age=31536000, immutable",
        "etag": f'"{sha256}"',
    }
    content = store.storage.get(key, MAX_REPORT_BYTES)
    if hashlib.sha256(content).hexdigest() != sha256:
        raise missing
    return Response(content, headers=headers, media_type=_TYPES[kind[1]])


def alive(_request: Request) -> Response:
    """Answer that this process is alive, whatever the state of other services."""
    return PlainTextResponse("ok")


def health(request: Request) -> Response:
    """Report the health of each service of the deployment; 503 if one is red."""
    store, settings = _state(request)
    state = health_of(store, settings, request.app.state.started)
    return JSONResponse(state, status_code=200 if state["state"] == "ok" else 503)


def _state(request: Request) -> tuple[DocumentStore, Settings]:
    return request.app.state.store, request.app.state.settings
