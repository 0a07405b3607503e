"""Login by an identity provider: OpenID Connect's authorization code flow with PKCE.

The provider authenticates a person; whether they may log in, and with which role, is decided by the
user of that name here.
"""

import secrets

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.core.access import Principal, Role
from pipeweave_dagster.core.errors import ErrorCode, PipeWeaveError
from pipeweave_dagster.services import audit
from pipeweave_dagster.services.users.directory import find_user
from pipeweave_dagster.services.users.openid_client import (
    LoginRequest,
    claims_of,
    client_of,
    provider_of,
    refused,
)
from pipeweave_dagster.services.users.sessions import Session, new_session
from pipeweave_dagster.settings import Settings


def begin(settings: Settings) -> LoginRequest:
    """Return where to send the browser.

    Raises:
        PipeWeaveError: VALIDATION_ERROR without a provider in the settings, SERVICE_UNAVAILABLE if
            it does not respond.
    """
    verifier, nonce = secrets.token_urlsafe(48), secrets.token_urlsafe(24)
    with client_of(settings) as client:
        address, state = client.create_authorization_url(
            provider_of(settings)["authorization_endpoint"], code_verifier=verifier, nonce=nonce
        )
    return LoginRequest(address, state, nonce, verifier)


def finish(
    store: DocumentStore, settings: Settings, request: LoginRequest, answer: dict[str, str]
) -> Session:
    """Return a session for the user whom the provider has authenticated.

    Args:
        store: Where the users are.
        settings: The provider.
        request: What the login began with.
        answer: The query with which the provider sent the browser back.

    Raises:
        PipeWeaveError: UNAUTHORIZED for an answer that does not belong to this login or is not the
            provider's, FORBIDDEN for somebody who is not a user here.
    """
    if not answer.get("code") or not secrets.compare_digest(
        answer.get("state", "").encode(), request.state.encode()
    ):
        raise refused(f"The answer of the provider does not fit: {answer.get('error', 'no code')}")
    claims = claims_of(settings, request, answer["code"])
    name = str(claims.get(settings.oidc_name_claim, "")).lower()
    confirmed = settings.oidc_name_claim != "email" or claims.get("email_verified") is True
    user = find_user(store, name) if confirmed else None
    if user is None:
        nobody = Principal(name[:80] or "unknown", Role.VIEWER, "session")
        audit.record(store, "login", nobody.name, nobody, outcome="refused", reason="provider")
        raise _unknown(name) if confirmed else _unconfirmed()
    session = new_session(settings, user)
    audit.record(store, "login", user.name, session.principal, reason="provider")
    return session


def _unknown(name: str) -> PipeWeaveError:
    text = f"{name[:80]!r} is not a user here."
    return PipeWeaveError(
        ErrorCode.FORBIDDEN, text, fix="Ask an administrator: pipeweave users add."
    )


def _unconfirmed() -> PipeWeaveError:
    return PipeWeaveError(
        ErrorCode.FORBIDDEN,
        "The identity provider does not say that your e-mail is verified.",
        fix="Have it verified there. If it never says so, an administrator can set OIDC_NAME_CLAIM"
        " to a claim that users cannot change themselves, such as sub.",
    )
