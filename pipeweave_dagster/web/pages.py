"""Render templates as responses."""

from functools import cache
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.number_format import number
from pipeweave_dagster.core.safe_text import plain
from pipeweave_dagster.core.templating import html_environment


def page(template: str, status: int = 200, **content: Any) -> Response:
    """Return a page rendered from a template; everything in it is escaped."""
    return HTMLResponse(_environment().get_template(template).render(**content), status)


def error_response(request: Request, error: PipeWeaveError, status: int | None = None) -> Response:
    """Return the error envelope with its status: HTML for a browser, JSON for the rest."""
    code = status or error.code.http_status
    if "text/html" in request.headers.get("accept", ""):
        return page("error.html.j2", code, error=error)
    return JSONResponse(error.envelope(), code)


@cache
def _environment() -> Any:
    # The report's package for its style sheet.
    environment = html_environment("pipeweave_dagster.web", "pipeweave_dagster.core.eda")
    environment.filters |= {"plain": plain, "number": number, "prose": prose}
    return environment


def prose(text: object, limit: int = 300) -> Any:
    """Escape a text, and render text between backticks as code."""
    from markupsafe import Markup, escape

    parts = plain(text, limit).split("`")
    if len(parts) % 2 == 0:  # an odd backtick is one
        return escape("`".join(parts))
    empty = Markup("")
    code = Markup("<code>{}</code>")
    return empty.join(code.format(part) if place % 2 else part for place, part in enumerate(parts))
