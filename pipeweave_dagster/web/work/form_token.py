"""The token that each form carries, so that no other site can send it.

It is bound to the session, without one to the user, and signed with a key that other sites cannot
know. Besides, browsers say which site a form comes from.
"""

import hashlib
import hmac
import secrets

from starlette.requests import HTTPConnection, Request

from pipeweave_dagster.core.errors import ErrorCode, PipeWeaveError
from pipeweave_dagster.settings import Settings
from pipeweave_dagster.web.host_names import header_values
from pipeweave_dagster.web.identity import principal_of

FIELD = "form_token"
_SESSION = "pipeweave.session"


def form_key(settings: Settings) -> bytes:
    """Return the key that signs the tokens of forms: that of the sessions, else one per process."""
    secret = settings.secret("jwt_secret_key") if hasattr(settings, "jwt_secret_key") else None
    return f"forms:{secret}".encode() if secret else secrets.token_bytes(32)


def token_of(connection: HTTPConnection) -> str:
    """Return the token for the forms of whoever sent this request.

    Raises:
        PipeWeaveError: UNAUTHORIZED if nobody has logged in.
    """
    who = principal_of(connection)
    bound = f"{who.via}\0{who.name}\0{_session_id(connection)}"
    key: bytes = connection.app.state.form_key
    return hmac.new(key, bound.encode(), hashlib.sha256).hexdigest()


def _session_id(connection: HTTPConnection) -> str:
    """Return the id of the session that the door has found; it outlives the session's renewals."""
    found = connection.scope.get(_SESSION)
    return str(getattr(getattr(found, "session", None), "sid", ""))


def check_origin(request: Request) -> None:
    """Refuse a form that a browser sends from another site; other clients say nothing of it.

    Raises:
        PipeWeaveError: FORBIDDEN.
    """
    host = request.headers.get("host", "")
    own = {f"http://{host}", f"https://{host}"}
    sites = header_values(request.scope, b"sec-fetch-site")
    if not own.issuperset(header_values(request.scope, b"origin")) or not {
        "same-origin",
        "none",
    }.issuperset(sites):
        raise PipeWeaveError(
            ErrorCode.FORBIDDEN,
            "This form was sent from another site.",
            fix="Open the page of PipeWeave itself, and send the form there.",
        )


def check_token(request: Request, given: str) -> None:
    """Refuse a form without the token of its session.

    Raises:
        PipeWeaveError: FORBIDDEN.
    """
    if not hmac.compare_digest(token_of(request).encode(), given.encode()):
        raise PipeWeaveError(
            ErrorCode.FORBIDDEN,
            "This form is out of date: the server was started again, or you have logged in anew.",
            fix="Go back, load the page again, and send the form once more.",
        )
