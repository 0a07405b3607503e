"""Render templates as responses."""

from functools import cache
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.number_format import compared, estimated, number
from pipeweave_dagster.core.safe_text import plain
from pipeweave_dagster.core.templating import html_environment
from pipeweave_dagster.services.acting import current_principal


def page(template: str, status: int = 200, **content: Any) -> Response:
    """Return a page rendered from a template; everything in it is escaped.

    It also names who has logged in, with a button to log out.
    """
    user = current_principal()
    content["user"] = user if user.via == "session" else None
    return HTMLResponse(_environment().get_template(template).render(**content), status)


def error_response(request: Request, error: PipeWeaveError, status: int | None = None) -> Response:
    """Return the error envelope with its status: HTML for a browser, JSON for the rest."""
    code = status or error.code.http_status
    if "text/html" in request.headers.get("accept", ""):
        response: Response = page("error.html.j2", code, error=error)
    else:
        response = JSONResponse(error.envelope(), code)
    return error_headers(response, error)


def error_headers(response: Response, error: PipeWeaveError | None) -> Response:
    """Say in a header, too, when a request that came too often may be sent again."""
    wait_s = error.details.get("retry_after_s") if error else None
    if wait_s is not None:
        response.headers["retry-after"] = str(wait_s)
    return response


@cache
def _environment() -> Any:
    # The report's package for its style sheet.
    environment = html_environment("pipeweave_dagster.web", "pipeweave_dagster.core.eda")
    environment.filters |= {"plain": plain, "number": number, "prose": prose}
    environment.globals["estimated"] = estimated
    environment.filters["compared"] = lambda test: compared(test.difference, test.low, test.high)
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
