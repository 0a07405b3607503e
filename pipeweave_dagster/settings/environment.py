"""The only module that reads the environment: the base of all groups of settings."""

import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import AliasChoices, SecretStr
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from pipeweave_dagster.core.env_file import check_env_file

_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
_OWN = ("PIPEWEAVE_", "DAGSTER_", "MLFLOW_", "AWS_", "GOOGLE_", "POSTGRES_")
_NOT_FOR_SOURCES = (*_OWN, *_PROXIES)
_ENV_FILE = Path(".env")
# Addresses to which a secret is sent as it is; a `.env` may not lead one of the environment there.
_SENT_TO = {"PIPEWEAVE_ADVISOR_ENDPOINT": "GOOGLE_API_KEY", "OIDC_ISSUER": "OIDC_CLIENT_SECRET"}
ALERT_PREFIX = "PIPEWEAVE_ALERT_"
"""What the environment variables with the addresses of recipients of alerts begin with."""
_RECIPIENT = re.compile(r"[a-z0-9_]{1,40}", re.IGNORECASE)


def alert_variable(recipient: str) -> str | None:
    """Return the environment variable with the address of a recipient; None for an invalid name.

    Example:
        >>> alert_variable("ops"), alert_variable("https://hooks.example.org/secret")
        ('PIPEWEAVE_ALERT_OPS', None)
    """
    return f"{ALERT_PREFIX}{recipient.upper()}" if _RECIPIENT.fullmatch(recipient) else None


def debug_wanted() -> bool:
    """Return whether unexpected errors show a traceback; works even if settings are invalid."""
    return bool(os.environ.get("PIPEWEAVE_DEBUG"))


def named(*names: str) -> Any:
    """Return the environment variables of a setting; the first one takes precedence."""
    return AliasChoices(*names)


def check_encrypted(address: str | None) -> str | None:
    """Refuse an address to which a secret would be sent without encryption, but on this machine.

    Raises:
        ValueError: It begins with neither https:// nor http:// and this machine.
    """
    if address is not None:
        parts = urlsplit(address)
        local = parts.hostname in ("127.0.0.1", "::1", "localhost")
        if parts.scheme != "https" and not (parts.scheme == "http" and local):
            raise ValueError("it must begin with https:// (http:// only for this machine)")
    return address


class EnvironmentSettings(BaseSettings):
    """Settings from the environment, then from `.env` in the working folder, then the defaults."""

    model_config = SettingsConfigDict(
        env_file=_ENV_FILE,
        env_file_encoding="utf-8",
        extra="ignore",
        # Without a prefix, `home` would be read from HOME.
        env_prefix="PIPEWEAVE_",
        populate_by_name=True,
        env_ignore_empty=True,
        # Otherwise an error would print everything that was read, including secrets.
        hide_input_in_errors=True,
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Return the usual sources, once `.env` is known to be the user's own.

        Raises:
            PipeWeaveError: FORBIDDEN, see `check_env_file`.
        """
        del settings_cls
        check_env_file(_ENV_FILE, os.environ, _SENT_TO)
        return init_settings, env_settings, dotenv_settings, file_secret_settings

    @classmethod
    def variables_of(cls, name: str) -> tuple[str, ...]:
        """Return the environment variables of a setting; the first one takes precedence."""
        alias = cls.model_fields[name].validation_alias
        return tuple(map(str, alias.choices)) if isinstance(alias, AliasChoices) else ()

    def source_of(self, name: str) -> str:
        """Return the source of a setting: `environment`, `.env` or `default`."""
        if any(os.environ.get(variable) for variable in self.variables_of(name)):
            return "environment"
        return ".env" if name in self.model_fields_set else "default"

    def alert_address(self, recipient: str) -> str | None:
        """Return the secret address of a recipient of alerts; call this only where it is used."""
        name = alert_variable(recipient)
        if name is None:
            return None
        return os.environ.get(name) or dotenv_values(_ENV_FILE).get(name) or None

    def connection(self, variable: str) -> SecretStr | None:
        """Return the address in an environment variable (or `.env`) that a source names.

        Variables of PipeWeave and of the services beside it are not for sources: whoever may write
        a source's file could read PipeWeave's own databases through them.
        """
        own = {name for field in type(self).model_fields for name in self.variables_of(field)}
        if variable in own or variable.startswith(_NOT_FOR_SOURCES):
            return None
        value = os.environ.get(variable) or dotenv_values(_ENV_FILE).get(variable)
        return SecretStr(value) if value else None

    def secret(self, name: str) -> str | None:
        """Return the plain text of a secret; call this only where it is used."""
        value: SecretStr | None = getattr(self, name)
        return value.get_secret_value() if value else None
