"""The reference of the API as a page without scripts."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from pipeweave_dagster.web.api.reference import operations_of
from pipeweave_dagster.web.pages import page

router = APIRouter()


@router.get("/docs", include_in_schema=False)
def docs(request: Request) -> Response:
    """Show every operation with its parameters and an example."""
    schema = request.app.openapi()
    about, operations = schema["info"]["description"], operations_of(schema)
    return page("api.html.j2", about=about.replace("\n", " "), operations=operations)
