"""Login by an identity provider: OpenID Connect's authorization code flow with PKCE.

The provider says who somebody is; whether they may come in, and as what, is decided by the user of
that name here.
"""

import secrets
from functools import lru_cache
from typing import Any, NamedTuple

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.core.access import Principal, Role
from pipeweave_dagster.core.errors import ErrorCode, PipeWeaveError, unavailable, validation_error
from pipeweave_dagster.services import audit
from pipeweave_dagster.services.users.directory import find_user
from pipeweave_dagster.services.users.sessions import Session, new_session
from pipeweave_dagster.settings import Settings

CALLBACK = "/login/callback"
_PATIENCE_S = 10
_SIGNED = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA"]


class LoginRequest(NamedTuple):
    """A login that the browser carries to the provider; the secrets come back with it in a cookie.

    `state` proves that the answer belongs to this browser, `nonce` that the provider's token
    belongs to this login, `verifier` that whoever redeems the code has begun the login.
    """

    address: str
    state: str
    nonce: str
    verifier: str


def begin(settings: Settings) -> LoginRequest:
    """Return where to send the browser.

    Raises:
        PipeWeaveError: VALIDATION_ERROR without a provider in the settings, SERVICE_UNAVAILABLE if
            it does not respond.
    """
    verifier, nonce = secrets.token_urlsafe(48), secrets.token_urlsafe(24)
    with _client(settings) as client:
        address, state = client.create_authorization_url(
            _provider(settings)["authorization_endpoint"], code_verifier=verifier, nonce=nonce
        )
    return LoginRequest(address, state, nonce, verifier)


def finish(
    store: DocumentStore, settings: Settings, request: LoginRequest, answer: dict[str, str]
) -> Session:
    """Return a session for whom the provider has let in.

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
        raise _refused(f"The answer of the provider does not fit: {answer.get('error', 'no code')}")
    claims = _claims(settings, request, answer["code"])
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


def _claims(settings: Settings, request: LoginRequest, code: str) -> dict[str, Any]:
    """Redeem the code, and return what the provider's signed token says."""
    import jwt
    from authlib.common.errors import AuthlibBaseError
    from requests import RequestException

    provider = _provider(settings)
    try:
        with _client(settings) as client:
            token = client.fetch_token(
                provider["token_endpoint"],
                code=code,
                code_verifier=request.verifier,
                timeout=_PATIENCE_S,
            )
        signed = str(token.get("id_token", ""))
        claims: dict[str, Any] = jwt.decode(
            signed,
            _key_of(signed, provider["jwks_uri"]),
            algorithms=_SIGNED,
            audience=settings.oidc_client_id,
            issuer=provider["issuer"],
            leeway=60,
            options={"require": ["exp", "iat", "iss", "aud", "sub", "nonce"]},
        )
    except (RequestException, jwt.PyJWKClientConnectionError) as error:
        raise _silent() from error
    except (AuthlibBaseError, jwt.PyJWTError) as error:
        raise _refused(f"The provider's token is not accepted: {type(error).__name__}") from error
    if not secrets.compare_digest(str(claims["nonce"]).encode(), request.nonce.encode()):
        raise _refused("The provider's token belongs to another login")
    return claims


def _key_of(token: str, address: str) -> Any:
    """Return the key that a token names; where it names none, the only key of the provider."""
    import jwt

    name = jwt.get_unverified_header(token).get("kid")
    keys = jwt.PyJWKClient(address, timeout=_PATIENCE_S).get_signing_keys()
    named = [key for key in keys if name in (None, key.key_id)]
    if len(named) != 1:
        raise jwt.InvalidKeyError
    return named[0].key


def _client(settings: Settings) -> Any:
    from authlib.integrations.requests_client import OAuth2Session

    client = OAuth2Session(
        settings.oidc_client_id,
        settings.secret("oidc_client_secret"),
        scope="openid email profile",
        redirect_uri=settings.web_url.rstrip("/") + CALLBACK,
        code_challenge_method="S256",
    )
    client.trust_env = False
    return client


def _provider(settings: Settings) -> dict[str, str]:
    if settings.oidc_issuer is None:
        raise validation_error("There is no identity provider.", fix="Set OIDC_ISSUER.")
    return _discovered(settings.oidc_issuer.rstrip("/"))


@lru_cache(maxsize=4)
def _discovered(issuer: str) -> dict[str, str]:
    """Return the addresses of a provider, which it publishes itself.

    They are taken only from the issuer that the settings name, and must be as encrypted as it is.
    """
    import requests

    try:
        answer = requests.get(
            f"{issuer}/.well-known/openid-configuration",
            timeout=_PATIENCE_S,
            allow_redirects=False,
        )
        answer.raise_for_status()
        found = answer.json()
    except requests.RequestException as error:
        raise _silent() from error
    names = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")
    provider = {name: str(found.get(name, "")) for name in names}
    scheme = issuer.split(":", maxsplit=1)[0]
    if provider["issuer"].rstrip("/") != issuer or not all(
        address.startswith((f"{scheme}://", "https://")) for address in provider.values()
    ):
        raise validation_error(
            "The identity provider describes itself under another address.",
            fix="Set OIDC_ISSUER to the `issuer` of its .well-known/openid-configuration.",
        )
    return provider


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


def _refused(text: str) -> PipeWeaveError:
    return PipeWeaveError(ErrorCode.UNAUTHORIZED, f"{text[:200]}.", fix="Log in again.")


def _silent() -> PipeWeaveError:
    return unavailable("The identity provider does not respond.", fix="Check OIDC_ISSUER.")
