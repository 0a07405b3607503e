"""The two cookies of a session: no script reads them, and no other site's form sends them.

Cookies do not know ports, so a login at the pages also counts at the ports of Dagster and MLflow.
"""

import ipaddress

from starlette.requests import HTTPConnection
from starlette.responses import Response

from pipeweave_dagster.services.users.sessions import Kind, Session, signed
from pipeweave_dagster.settings import Settings
from pipeweave_dagster.web.front_door import COOKIES, FrontDoor


def set_cookies(response: Response, settings: Settings, session: Session) -> None:
    """Let the browser keep a new session."""
    for kind in COOKIES:
        _set(response, settings, session, kind)


def forget_cookies(response: Response) -> None:
    """Let the browser forget its session."""
    for name in COOKIES.values():
        response.delete_cookie(name, path="/", httponly=True, samesite="lax")


def renewed_cookie(door: FrontDoor, connection: HTTPConnection) -> bytes | None:
    """Return the header that renews a session whose half hour is over; None if there is no need."""
    session = door.session_of(connection)
    if session is None or not door.is_due(connection):
        return None
    response = Response()
    _set(response, door.settings, session, "access")
    return next(value for name, value in response.raw_headers if name == b"set-cookie")


def is_encrypted(connection: HTTPConnection, settings: Settings) -> bool:
    """Return whether nobody on the way can read a request: TLS, or it does not leave the machine.

    Where TLS ends in front of this server, a setting says so.
    """
    if settings.behind_tls_proxy or connection.scope.get("scheme") == "https":
        return True
    server = connection.scope.get("server")
    try:
        return server is None or ipaddress.ip_address(server[0]).is_loopback
    except ValueError:
        return False


def _set(response: Response, settings: Settings, session: Session, kind: Kind) -> None:
    response.set_cookie(
        COOKIES[kind],
        signed(settings, session, kind),
        max_age=round(settings.refresh_token_expire_days * 86400),
        path="/",
        secure=settings.web_url.startswith("https://"),
        httponly=True,
        samesite="lax",
    )
