"""Tokens for scripts: `user_tokens/<sha256 of the token>.json`, so the token itself is nowhere."""

import hashlib
import secrets
import time

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.core.access import Principal
from pipeweave_dagster.core.documents import Part
from pipeweave_dagster.core.errors import not_found, validation_error
from pipeweave_dagster.services import audit
from pipeweave_dagster.services.users.directory import find_user, remove_user

PREFIX = "pipeweave_"
_ROOT = "user_tokens/"
_DAY_S = 86400.0


class ApiToken(Part):
    """What is known of a token. It acts as its user, with the role that the user has then."""

    id: str
    user: str
    note: str = ""
    made_at: float
    expires_at: float


def make_token(
    store: DocumentStore, user: str, note: str = "", days: float = 90.0
) -> tuple[ApiToken, str]:
    """Make a token for a user; it is returned this once, with what is stored of it.

    Raises:
        PipeWeaveError: NOT_FOUND for an unknown user, VALIDATION_ERROR for an impossible time.
    """
    if find_user(store, user) is None:
        raise not_found(f"There is no user {user[:80]!r}.", fix="See: pipeweave users ls")
    if not 0 < days <= 3660:
        raise validation_error("A token is valid for up to ten years.", fix="Set --days.")
    secret = PREFIX + secrets.token_urlsafe(32)
    now = time.time()
    token = ApiToken(
        id=secrets.token_hex(4),
        user=user,
        note=note[:200],
        made_at=now,
        expires_at=now + days * _DAY_S,
    )
    store.records.swap(_key(secret), token, None)
    audit.record(store, "token_add", user, after={"id": token.id, "note": token.note})
    return token, secret


def tokens_of(store: DocumentStore, user: str) -> list[ApiToken]:
    """Return what is known of a user's tokens, the oldest first."""
    return sorted((t for _, t in _all(store) if t.user == user), key=lambda t: t.made_at)


def revoke_token(store: DocumentStore, user: str, token_id: str) -> None:
    """End a token.

    Raises:
        PipeWeaveError: NOT_FOUND if the user has no such token.
    """
    found = [key for key, token in _all(store) if (token.user, token.id) == (user, token_id)]
    if not found:
        raise not_found(
            f"{user[:80]!r} has no token {token_id[:80]!r}.", fix="See: pipeweave users tokens"
        )
    store.storage.delete(found[0])
    audit.record(store, "token_revoke", user, before={"id": token_id})


def remove_with_tokens(store: DocumentStore, user: str) -> None:
    """Remove a user and their tokens, so that nobody of the same name inherits them."""
    for token in tokens_of(store, user):
        revoke_token(store, user, token.id)
    remove_user(store, user)


def principal_of_token(store: DocumentStore, secret: str) -> Principal | None:
    """Return the user for whom a token acts; None if it is unknown, expired or revoked."""
    if not secret.startswith(PREFIX):
        return None
    token = store.records.read(_key(secret), ApiToken)
    if token is None or token.expires_at <= time.time():
        return None
    user = find_user(store, token.user)
    return user.principal("token") if user else None


def _all(store: DocumentStore) -> list[tuple[str, ApiToken]]:
    keys = [found.key for found in store.storage.list(_ROOT)]
    read = [(key, store.records.read(key, ApiToken)) for key in keys]
    return [(key, token) for key, token in read if token is not None]


def _key(secret: str) -> str:
    return f"{_ROOT}{hashlib.sha256(secret.encode()).hexdigest()}.json"
