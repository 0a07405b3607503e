"""`/auth`: may this request pass? Asked by the proxy in front of Dagster, MLflow and serving.

A proxy passes on the cookies and headers of a request and says by `needs` what it would be let
into. The answer is 204 with name and role in headers, or what the proxy shows instead.
"""

from urllib.parse import quote, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pipeweave_dagster.core.access import Role
from pipeweave_dagster.core.errors import ErrorCode, PipeWeaveError, validation_error
from pipeweave_dagster.web.identity import is_known, principal_of, unauthorized


def authorize(request: Request) -> Response:
    """Answer for the request that the proxy holds back.

    Raises:
        PipeWeaveError: UNAUTHORIZED for a script that has not logged in (a browser is led to the
            login), FORBIDDEN if the role does not suffice.
    """
    needed = _needed(request.query_params.get("needs", Role.ADMIN))
    if not is_known(request):
        if _is_page(request):
            return RedirectResponse(_login_at(request), 303)
        raise unauthorized()
    principal = principal_of(request)
    if not principal.role.includes(needed):
        raise PipeWeaveError(
            ErrorCode.FORBIDDEN,
            f"{principal.name} has the role {principal.role}, and this needs {needed}.",
            fix="Ask an administrator: pipeweave users role.",
        )
    headers = {"x-pipeweave-user": principal.name, "x-pipeweave-role": principal.role.value}
    return Response(status_code=204, headers=headers)


def _needed(given: str) -> Role:
    try:
        return Role(given)
    except ValueError:
        raise validation_error(
            f"There is no role {given[:40]!r}.", fix="Correct it in the configuration of the proxy."
        ) from None


def _is_page(request: Request) -> bool:
    """Return whether a browser opens a page, rather than a script or a part of a page."""
    method = request.headers.get("x-forwarded-method", "GET")
    return method == "GET" and "text/html" in request.headers.get("accept", "")


def _login_at(request: Request) -> str:
    """Return the login page with the address to come back to, which `/login` checks."""
    web_url = request.app.state.settings.web_url.rstrip("/")
    scheme = urlsplit(web_url).scheme
    host = request.headers.get("x-forwarded-host", "")
    target = f"{scheme}://{host}{request.headers.get('x-forwarded-uri', '/')}"[:2000]
    return f"{web_url}/login?next={quote(target, safe='')}"
