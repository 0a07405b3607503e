"""The pages `/login` and `/logout`, and `/auth`, which a proxy asks about each request."""

from urllib.parse import parse_qs, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pipeweave_dagster.core.errors import PipeWeaveError, validation_error
from pipeweave_dagster.services.users.log_in import log_in
from pipeweave_dagster.services.users.sessions import log_out
from pipeweave_dagster.settings import Settings
from pipeweave_dagster.web.front_door import FrontDoor
from pipeweave_dagster.web.pages import error_headers, page
from pipeweave_dagster.web.request_guard import PAGE_POLICY
from pipeweave_dagster.web.session_cookies import forget_cookies, set_cookies

_MOST_BYTES = 8192


def login_form(request: Request) -> Response:
    """Show the form; who has logged in already goes on."""
    door: FrontDoor = request.app.state.door
    target = safe_target(request.query_params.get("next", ""), door.settings)
    if door.session_of(request) is not None:
        return RedirectResponse(target, 303)
    return _form(request, target)


async def send_login(request: Request) -> Response:
    """Check name and password, and go on to the page that was asked for."""
    fields = await form_fields(request)
    return await run_in_threadpool(_logged_in, request, fields)


async def send_logout(request: Request) -> Response:
    """End the session of this browser."""
    door: FrontDoor = request.app.state.door
    session = await run_in_threadpool(door.session_of, request)
    if session is not None:
        await run_in_threadpool(log_out, door.store, session)
    response = RedirectResponse("/login", 303)
    forget_cookies(response)
    return response


async def form_fields(request: Request) -> dict[str, str]:
    """Return the fields of a form, of which each counts once.

    Raises:
        PipeWeaveError: VALIDATION_ERROR if it is too long, or no form.
    """
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _MOST_BYTES:
            raise validation_error(
                f"The form is longer than {_MOST_BYTES} bytes.", fix="Use the page /login."
            )
    try:
        given = parse_qs(body.decode(), keep_blank_values=True, max_num_fields=20)
    except ValueError as error:
        raise validation_error("This is not a form.", fix="Use the page /login.") from error
    return {name: values[0] for name, values in given.items()}


def safe_target(target: str, settings: Settings) -> str:
    """Return where to go after the login: a path here, or an address of Dagster or MLflow.

    Anything else could lead a user who has just logged in to a foreign page.
    """
    if not target.isprintable() or "\\" in target:
        return "/"
    own = {_origin(url) for url in (settings.web_url, settings.dagster_url, settings.mlflow_url)}
    # The read-only Dagster of a deployment has another port of the same host.
    hosts = {urlsplit(url).hostname for url in own}
    try:
        parts = urlsplit(target)
        schemes = {urlsplit(url).scheme for url in own}
        if parts.scheme in schemes and parts.hostname in hosts and not parts.username:
            return target
    except ValueError:
        return "/"
    local = target.startswith("/") and not target.startswith("//") and not parts.netloc
    return target if local else "/"


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _logged_in(request: Request, fields: dict[str, str]) -> Response:
    door: FrontDoor = request.app.state.door
    target = safe_target(fields.get("next", ""), door.settings)
    address = request.client.host if request.client else "unknown"
    credentials = (fields.get("name", ""), fields.get("password", ""))
    try:
        session = log_in(door.store, door.settings, door.attempts, credentials, address)
    except PipeWeaveError as error:
        if "text/html" not in request.headers.get("accept", ""):
            raise
        return _form(request, target, error, fields.get("name", ""))
    response = RedirectResponse(target, 303)
    set_cookies(response, door.settings, session)
    return response


def _form(
    request: Request, target: str, error: PipeWeaveError | None = None, name: str = ""
) -> Response:
    door: FrontDoor = request.app.state.door
    status = error.code.http_status if error else 200
    response = page(
        "login.html.j2",
        status,
        error=error,
        target=target,
        name=name,
        single_user=door.is_single_user,
        provider=bool(door.settings.oidc_issuer),
    )
    response.headers["content-security-policy"] = _policy(door.settings)
    return error_headers(response, error)


def _policy(settings: Settings) -> str:
    """Return the policy of the form: browsers apply `form-action` also to where it leads on."""
    urls = map(urlsplit, (settings.web_url, settings.dagster_url, settings.mlflow_url))
    ports = sorted({f"{url.scheme}://{url.hostname}:*" for url in urls})
    return PAGE_POLICY.replace("form-action 'self'", f"form-action 'self' {' '.join(ports)}")
