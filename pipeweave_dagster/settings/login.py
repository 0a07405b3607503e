"""Settings of logins, and of the keys that protect people's data."""

from typing import Literal

from pydantic import Field, SecretStr, field_validator

from pipeweave_dagster.settings.environment import EnvironmentSettings, check_encrypted, named


class Login(EnvironmentSettings):
    """Who may log in, and how sessions are signed."""

    login: Literal["auto", "required"] = Field("auto", validation_alias=named("PIPEWEAVE_LOGIN"))
    jwt_secret_key: SecretStr | None = Field(None, validation_alias=named("JWT_SECRET_KEY"))
    privacy_key: SecretStr | None = Field(None, validation_alias=named("PIPEWEAVE_PRIVACY_KEY"))
    privacy_default: Literal["hide", "mask"] = Field(
        "hide", validation_alias=named("PIPEWEAVE_PRIVACY_DEFAULT")
    )
    access_token_expire_minutes: float = Field(
        30, gt=0, le=24 * 60, validation_alias=named("ACCESS_TOKEN_EXPIRE_MINUTES")
    )
    refresh_token_expire_days: float = Field(
        7, gt=0, le=90, validation_alias=named("REFRESH_TOKEN_EXPIRE_DAYS")
    )
    behind_tls_proxy: bool = Field(
        default=False, validation_alias=named("PIPEWEAVE_BEHIND_TLS_PROXY")
    )
    oidc_issuer: str | None = Field(None, validation_alias=named("OIDC_ISSUER"))
    oidc_client_id: str = Field("pipeweave", validation_alias=named("OIDC_CLIENT_ID"))
    oidc_client_secret: SecretStr | None = Field(None, validation_alias=named("OIDC_CLIENT_SECRET"))
    oidc_name_claim: str = Field(
        "email", pattern=r"^[a-z_]{1,40}$", validation_alias=named("OIDC_NAME_CLAIM")
    )

    _encrypted_issuer = field_validator("oidc_issuer")(check_encrypted)
