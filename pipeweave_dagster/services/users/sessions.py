"""Sessions of browsers: a signed token for half an hour, and one that renews it for a week.

Both are JSON Web Tokens, signed with JWT_SECRET_KEY. Whoever presents one must still be a user, in
the same role and with the same password as at the login, and must not have logged out.
"""

import secrets
import time
from dataclasses import dataclass
from typing import Any, Literal

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.core.access import Principal
from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.services import audit
from pipeweave_dagster.services.users.directory import User, end_session, find_user
from pipeweave_dagster.settings import Settings

Kind = Literal["access", "refresh"]
_SHORTEST_KEY = 32
_CLAIMS = ["exp", "iat", "sub", "sid", "kind", "stamp", "until"]


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who has logged in: `sid` names the session, `until` is the end of its renewal."""

    user: User
    sid: str
    until: float

    @property
    def principal(self) -> Principal:
        """Who it is."""
        return self.user.principal("session")


def signing_key(settings: Settings) -> str:
    """Return the key that signs sessions.

    Raises:
        PipeWeaveError: VALIDATION_ERROR if it is not set, or has fewer than 32 characters.
    """
    key = settings.secret("jwt_secret_key") or ""
    if len(key) < _SHORTEST_KEY:
        state = f"has {len(key)} characters" if key else "is not set"
        raise validation_error(
            f"JWT_SECRET_KEY {state}; logins are signed with it, and it needs at least"
            f" {_SHORTEST_KEY} characters.",
            fix="Set it to a long random text, such as the output of: openssl rand -hex 32",
        )
    return key


def new_session(settings: Settings, user: User) -> Session:
    """Return a new session of a user who has just proved who they are."""
    until = time.time() + settings.refresh_token_expire_days * 86400
    return Session(user, secrets.token_hex(16), until)


def signed(settings: Settings, session: Session, kind: Kind) -> str:
    """Return a token of a session."""
    import jwt

    now = time.time()
    short = now + settings.access_token_expire_minutes * 60
    expires = session.until if kind == "refresh" else min(short, session.until)
    claims = {
        "sub": session.user.name,
        "sid": session.sid,
        "kind": kind,
        "stamp": session.user.stamp,
        "until": session.until,
        "iat": now,
        "exp": expires,
    }
    return jwt.encode(claims, signing_key(settings), algorithm="HS256")


def read_session(
    store: DocumentStore, settings: Settings, token: str, kind: Kind
) -> Session | None:
    """Return the session of a token; None if it is forged, expired, ended or of another kind."""
    claims = _claims(settings, token)
    if claims is None or claims["kind"] != kind:
        return None
    user = find_user(store, str(claims["sub"]))
    if user is None or user.stamp != claims["stamp"] or claims["sid"] in user.ended:
        return None
    return Session(user, str(claims["sid"]), float(claims["until"]))


def log_out(store: DocumentStore, session: Session) -> None:
    """End a session, on every server."""
    end_session(store, session.user.name, session.sid, session.until)
    audit.record(store, "logout", session.user.name, session.principal)


def _claims(settings: Settings, token: str) -> dict[str, Any] | None:
    import jwt

    try:
        claims: dict[str, Any] = jwt.decode(
            token, signing_key(settings), algorithms=["HS256"], options={"require": _CLAIMS}
        )
    except jwt.InvalidTokenError:
        return None
    return claims
