"""`/login/provider` leads to the identity provider, `/login/callback` back from it."""

import time
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pipeweave_dagster.core.errors import ErrorCode, PipeWeaveError
from pipeweave_dagster.services.users import identity_provider
from pipeweave_dagster.services.users.openid_client import LoginRequest
from pipeweave_dagster.services.users.sessions import signing_key
from pipeweave_dagster.settings import Settings
from pipeweave_dagster.web.front_door import FrontDoor
from pipeweave_dagster.web.login import safe_target
from pipeweave_dagster.web.session_cookies import set_cookies

_COOKIE, _PATH = "pipeweave_login", "/login"
_VALID_S = 600


def start(request: Request) -> Response:
    """Send the browser to the provider, with a cookie that only its answer fits."""
    door: FrontDoor = request.app.state.door
    target = safe_target(request.query_params.get("next", ""), door.settings)
    begun = identity_provider.begin(door.settings)
    response = RedirectResponse(begun.address, 303)
    response.set_cookie(
        _COOKIE,
        _sealed(door.settings, {**begun._asdict(), "next": target}),
        max_age=_VALID_S,
        path=_PATH,
        secure=door.settings.web_url.startswith("https://"),
        httponly=True,
        samesite="lax",
    )
    return response


def finish(request: Request) -> Response:
    """Let in whom the provider has confirmed, and go on to the page that was asked for."""
    door: FrontDoor = request.app.state.door
    kept = _opened(door.settings, request.cookies.get(_COOKIE, ""))
    begun = LoginRequest(**{n: kept[n] for n in LoginRequest._fields})
    answer = dict(request.query_params)
    session = identity_provider.finish(door.store, door.settings, begun, answer)
    response = RedirectResponse(safe_target(kept["next"], door.settings), 303)
    response.delete_cookie(_COOKIE, path=_PATH, httponly=True, samesite="lax")
    set_cookies(response, door.settings, session)
    return response


def _sealed(settings: Settings, content: dict[str, Any]) -> str:
    import jwt

    claims = {**content, "kind": "login", "exp": time.time() + _VALID_S}
    return jwt.encode(claims, signing_key(settings), algorithm="HS256")


def _opened(settings: Settings, sealed: str) -> dict[str, str]:
    import jwt

    try:
        kept: dict[str, str] = jwt.decode(sealed, signing_key(settings), algorithms=["HS256"])
    except jwt.InvalidTokenError:
        kept = {}
    if kept.get("kind") != "login":
        raise PipeWeaveError(
            ErrorCode.UNAUTHORIZED,
            "This login was not begun in this browser, or has taken more than ten minutes.",
            fix="Log in again: /login",
        )
    return kept
