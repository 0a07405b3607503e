"""OpenID Connect: what an identity provider publishes, and the claims of a token that it signed."""

import secrets
from functools import lru_cache
from typing import Any, NamedTuple

from pipeweave_dagster.core.errors import ErrorCode, PipeWeaveError, unavailable, validation_error
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


def claims_of(settings: Settings, request: LoginRequest, code: str) -> dict[str, Any]:
    """Redeem the code, and return the claims of the provider's signed token."""
    import jwt
    from authlib.common.errors import AuthlibBaseError
    from requests import RequestException

    provider = provider_of(settings)
    try:
        with client_of(settings) as client:
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
        raise refused(f"The provider's token is not accepted: {type(error).__name__}") from error
    if not secrets.compare_digest(str(claims["nonce"]).encode(), request.nonce.encode()):
        raise refused("The provider's token belongs to another login")
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


def client_of(settings: Settings) -> Any:
    """Return a client of the provider for one login."""
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


def provider_of(settings: Settings) -> dict[str, str]:
    """Return the addresses of the provider in the settings.

    Raises:
        PipeWeaveError: VALIDATION_ERROR without a provider, SERVICE_UNAVAILABLE if it does not
            respond.
    """
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


def refused(text: str) -> PipeWeaveError:
    """Return the error of a login that is not accepted."""
    return PipeWeaveError(ErrorCode.UNAUTHORIZED, f"{text[:200]}.", fix="Log in again.")


def _silent() -> PipeWeaveError:
    return unavailable("The identity provider does not respond.", fix="Check OIDC_ISSUER.")
