"""Templates to responses."""

from functools import cache
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from pipeweave_dagster.core.charts.svg import plain
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.number_format import number


def page(template: str, status: int = 200, **content: Any) -> Response:
    """A page from a template; everything in it is escaped."""
    return HTMLResponse(_environment().get_template(template).render(**content), status)


def error_response(request: Request, error: PipeWeaveError, status: int | None = None) -> Response:
    """The envelope with its status, as a page for those who look at it in a browser."""
    code = status or error.code.http_status
    if "text/html" in request.headers.get("accept", ""):
        return page("error.html.j2", code, error=error)
    return JSONResponse(error.envelope(), code)


@cache
def _environment() -> Any:
    from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

    packages = ("pipeweave_dagster.web", "pipeweave_dagster.core.eda")  # the latter's style sheet
    environment = Environment(
        loader=ChoiceLoader([PackageLoader(package) for package in packages]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"plain": plain, "number": number}
    return environment
