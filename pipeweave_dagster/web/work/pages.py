"""Render the pages of the workbench: with a token for their forms, and our one script."""

import hashlib
from functools import cache
from importlib import resources
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pipeweave_dagster.core.access import Action
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.web.identity import require
from pipeweave_dagster.web.pages import page
from pipeweave_dagster.web.work.form_token import token_of

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; img-src data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_SCRIPT = "work.js"


def work_page(request: Request, template: str, status: int = 200, **content: Any) -> Response:
    """Return a page with forms; everything in it is escaped.

    Args:
        request: The request; who sent it decides about the token, and what is offered.
        template: Its template, which extends `work.html.j2`.
        status: The HTTP status.
        content: Variables of the template.
    """
    answer = page(
        template,
        status,
        token=token_of(request),
        script=f"/static/{_SCRIPT}?v={_version()}",
        allowed=lambda action, dataset=None: is_allowed(request, action, dataset),
        **content,
    )
    answer.headers["content-security-policy"] = POLICY
    return answer


def see(path: str) -> Response:
    """Return the redirect after a form, so that loading the page again sends nothing twice."""
    return RedirectResponse(path, 303)


def script(_request: Request) -> Response:
    """Serve the script of the pages."""
    headers = {"cache-control": "public, max-age=3600"}
    return Response(_source(), headers=headers, media_type="text/javascript; charset=utf-8")


def is_allowed(request: Request, action: str, dataset: str | None = None) -> bool:
    """Return whether whoever sent a request may do this, so that it is offered."""
    try:
        require(request, Action(action), dataset)
    except PipeWeaveError:
        return False
    return True


@cache
def _source() -> bytes:
    return (resources.files("pipeweave_dagster.web") / "static" / _SCRIPT).read_bytes()


@cache
def _version() -> str:
    return hashlib.sha256(_source()).hexdigest()[:12]
