"""A small identity provider, of Authlib's server classes: `python -m … PORT CLIENT_SECRET`.

Whoever comes is let in as the user of the query of `/become`, which stands for its login page.
"""

import sys
import time
from typing import Any

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import ClientMixin, grants
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import UserInfo
from authlib.oidc.core.grants import OpenIDCode
from flask import Flask, jsonify, request
from joserfc.jwk import RSAKey

CLIENT, KEY_ID = "pipeweave", "key-1"


class Client(ClientMixin):
    """The only client: PipeWeave."""

    def __init__(self, secret: str, redirect: str) -> None:
        self.secret, self.redirect = secret, redirect

    def get_client_id(self) -> str:
        return CLIENT

    def get_default_redirect_uri(self) -> str:
        return self.redirect

    def get_allowed_scope(self, scope: str) -> str:
        return scope

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri == self.redirect

    def check_client_secret(self, client_secret: str) -> bool:
        return client_secret == self.secret

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == "client_secret_basic" and bool(endpoint)

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


class Code:
    """An authorization code, and what it was given for."""

    def __init__(self, code: str, given: Any) -> None:
        self.code, self.user = code, given.user
        self.redirect = given.payload.redirect_uri
        self.scope = given.payload.scope
        data = given.payload.data
        self.nonce = data.get("nonce")
        self.code_challenge = data.get("code_challenge")
        self.code_challenge_method = data.get("code_challenge_method")

    def get_redirect_uri(self) -> str:
        return self.redirect

    def get_scope(self) -> str:
        return self.scope

    def get_nonce(self) -> str:
        return self.nonce

    def get_auth_time(self) -> int:
        return int(time.time())

    def get_acr(self) -> None:
        return None

    def get_amr(self) -> None:
        return None


def create_app(port: int, secret: str, redirect: str) -> Flask:  # noqa: C901 - routes
    """The provider, whose token can be spoiled by `/become?spoil=…`."""
    app, client, codes = Flask(__name__), Client(secret, redirect), {}
    issuer = f"http://127.0.0.1:{port}"
    key, other = (RSAKey.generate_key(2048, {"kid": KEY_ID}) for _ in range(2))
    now: dict[str, Any] = {"user": {}, "spoil": ""}

    class CodeGrant(grants.AuthorizationCodeGrant):
        TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic"]

        def save_authorization_code(self, code: str, request: Any) -> None:
            codes[code] = Code(code, request)

        def query_authorization_code(self, code: str, client: Any) -> Code | None:
            return codes.get(code)

        def delete_authorization_code(self, authorization_code: Code) -> None:
            del codes[authorization_code.code]

        def authenticate_user(self, authorization_code: Code) -> Any:
            return authorization_code.user

    class IdToken(OpenIDCode):
        def exists_nonce(self, nonce: str, request: Any) -> bool:
            return any(code.nonce == nonce for code in codes.values())

        def resolve_client_private_key(self, client: Any) -> RSAKey:
            return other if now["spoil"] == "key" else key

        def get_client_algorithm(self, client: Any) -> str:
            return "RS256"

        def get_client_claims(self, client: Any) -> dict[str, Any]:
            return {"iss": "http://evil.example" if now["spoil"] == "iss" else issuer}

        def get_audiences(self, request: Any) -> list[str]:
            return ["another" if now["spoil"] == "aud" else CLIENT]

        def generate_user_info(self, user: Any, scope: str) -> UserInfo:
            spoiled = {"nonce": "another"} if now["spoil"] == "nonce" else {}
            return UserInfo(sub="1", **user, **spoiled)

    server = AuthorizationServer(
        app, query_client=lambda _: client, save_token=lambda token, request: None
    )
    server.register_grant(CodeGrant, [CodeChallenge(required=True), IdToken(require_nonce=True)])

    @app.get("/.well-known/openid-configuration")
    def _configuration() -> Any:
        return jsonify(
            issuer=issuer,
            authorization_endpoint=f"{issuer}/authorize",
            token_endpoint=f"{issuer}/token",
            jwks_uri=f"{issuer}/keys",
        )

    @app.get("/keys")
    def _keys() -> Any:
        return jsonify(keys=[{**key.as_dict(private=False), "kid": KEY_ID}])

    @app.get("/become")
    def _become() -> Any:
        verified = request.args.get("verified", "yes") == "yes"
        now["user"] = {"email": request.args["email"], "email_verified": verified}
        now["spoil"] = request.args.get("spoil", "")
        return "ok"

    @app.get("/authorize")
    def _authorize() -> Any:
        return server.create_authorization_response(grant_user=now["user"])

    @app.post("/token")
    def _token() -> Any:
        return server.create_token_response()

    return app


if __name__ == "__main__":
    create_app(int(sys.argv[1]), sys.argv[2], sys.argv[3]).run("127.0.0.1", int(sys.argv[1]))
