"""All settings, typed. This is the only module that reads the environment."""

import logging
import os
import re
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import AliasChoices, Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from pipeweave_dagster.core.cron import check_cron
from pipeweave_dagster.core.env_file import check_env_file, refuse_foreign
from pipeweave_dagster.core.model.plug_ins import NAME as PLUG_IN_NAME

_MB = 1 << 20
_MIN_SECRET = 32
_BESIDE_TRAINING_S = 1800
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
_OWN = ("PIPEWEAVE_", "DAGSTER_", "MLFLOW_", "AWS_", "GOOGLE_", "POSTGRES_")
_NOT_FOR_SOURCES = (*_OWN, *_PROXIES)
_ENV_FILE, _HOME = Path(".env"), Path(".pipeweave")
# Addresses to which a secret is sent as it is; a `.env` may not lead one of the environment there.
_SENT_TO = {"PIPEWEAVE_ADVISOR_ENDPOINT": "GOOGLE_API_KEY", "OIDC_ISSUER": "OIDC_CLIENT_SECRET"}
# "password" and "changeme" have seven, however often they are repeated.
_MIN_DISTINCT = 8
ALERT_PREFIX = "PIPEWEAVE_ALERT_"
"""What the environment variables with the addresses of recipients of alerts begin with."""
_RECIPIENT = re.compile(r"[a-z0-9_]{1,40}", re.IGNORECASE)

# The order in which `pipeweave config show` lists them.
GROUPS: dict[str, tuple[str, ...]] = {
    "places": ("home", "storage", "profile", "log_level"),
    "S3": (
        "s3_endpoint_url",
        "s3_public_url",
        "s3_bucket",
        "aws_access_key_id",
        "aws_secret_access_key",
        "aws_region",
        "upload_events",
    ),
    "services": (
        "database_url",
        "mlflow_tracking_uri",
        "mlflow_backend_store_uri",
        "services",
        "dagster_home_given",
    ),
    "advice": (
        "advisor",
        "google_api_key",
        "advisor_model",
        "advisor_endpoint",
        "advice_level",
        "advice_budget_usd",
        "advice_time_limit_s",
    ),
    "limits": (
        "max_dataset_size_mb",
        "max_model_size_mb",
        "max_prediction_ms",
        "memory_limit_mb",
        "eda_report_size_threshold_mb",
        "eda_sample_rows",
        "task_time_limit_s",
        "crash_restarts",
        "time_budget_s",
        "retrain_max_age_days",
        "retrain_cron",
        "retrain_look_minutes",
        "fresh_uploads_days",
        "fresh_model_days",
        "fresh_predictions_days",
        "prediction_reasons",
        "engine",
        "model_plug_ins",
        "shadow",
        "api_requests_per_minute",
        "cost_per_hour",
    ),
    "retention": (
        "keep_runs",
        "keep_cache_days",
        "keep_predictions_days",
        "keep_logs_days",
        "keep_trials_days",
    ),
    "alerts": ("alerts_to", "alerts_digest"),
    "login": (
        "login",
        "jwt_secret_key",
        "privacy_key",
        "privacy_default",
        "access_token_expire_minutes",
        "refresh_token_expire_days",
        "behind_tls_proxy",
        "oidc_issuer",
        "oidc_client_id",
        "oidc_client_secret",
        "oidc_name_claim",
    ),
    "links": ("dagster_url", "mlflow_url", "web_url", "serve_url", "serve_token"),
}


def _named(*names: str) -> Any:
    return AliasChoices(*names)


def _is_weak(secret: str) -> bool:
    return len(secret) < _MIN_SECRET or len(set(secret)) < _MIN_DISTINCT


@cache
def _warn_once(message: str) -> None:
    logging.getLogger(__name__).warning(message)


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


class Settings(BaseSettings):
    """Settings from the environment, then from `.env` in the working folder, then the defaults.

    Example:
        >>> Settings(home="/srv/pipeweave", storage="s3://bucket/prefix").storage_is_s3
        True
    """

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

    home: Path = Field(_HOME, validation_alias=_named("PIPEWEAVE_HOME"))
    storage: str | None = Field(None, validation_alias=_named("PIPEWEAVE_STORAGE"))
    profile: Literal["development", "production"] = Field(
        "development", validation_alias=_named("PIPEWEAVE_PROFILE")
    )
    log_level: str = Field("INFO", validation_alias=_named("LOG_LEVEL"))

    s3_endpoint_url: str | None = Field(None, validation_alias=_named("S3_ENDPOINT_URL"))
    s3_bucket: str | None = Field(None, validation_alias=_named("S3_BUCKET"))
    aws_access_key_id: str | None = Field(None, validation_alias=_named("AWS_ACCESS_KEY_ID"))
    aws_secret_access_key: SecretStr | None = Field(
        None, validation_alias=_named("AWS_SECRET_ACCESS_KEY")
    )
    s3_public_url: str | None = Field(None, validation_alias=_named("S3_PUBLIC_URL"))
    aws_region: str = Field(
        "us-east-1", validation_alias=_named("AWS_REGION", "AWS_DEFAULT_REGION")
    )

    upload_events: str | None = Field(
        None,
        pattern=r"^https?://[^\s@]{3,500}$",
        validation_alias=_named("PIPEWEAVE_UPLOAD_EVENTS"),
    )

    database_url: SecretStr | None = Field(None, validation_alias=_named("DATABASE_URL"))
    mlflow_tracking_uri: str | None = Field(None, validation_alias=_named("MLFLOW_TRACKING_URI"))
    mlflow_backend_store_uri: SecretStr | None = Field(
        None, validation_alias=_named("MLFLOW_BACKEND_STORE_URI")
    )
    google_api_key: SecretStr | None = Field(None, validation_alias=_named("GOOGLE_API_KEY"))
    advisor: Literal["rules", "gemini"] = Field(
        "rules", validation_alias=_named("PIPEWEAVE_ADVISOR")
    )
    advisor_model: str = Field(
        "gemini-2.5-flash-lite",
        pattern=r"^[a-z0-9][a-z0-9.-]{0,80}$",
        validation_alias=_named("PIPEWEAVE_ADVISOR_MODEL"),
    )
    advisor_endpoint: str | None = Field(
        None, validation_alias=_named("PIPEWEAVE_ADVISOR_ENDPOINT")
    )
    advice_level: Literal["none", "names", "statistics", "values"] = Field(
        "statistics", validation_alias=_named("PIPEWEAVE_ADVICE_LEVEL")
    )
    advice_budget_usd: float = Field(
        0.05, ge=0, validation_alias=_named("PIPEWEAVE_ADVICE_BUDGET_USD")
    )
    advice_time_limit_s: float = Field(
        30, gt=0, validation_alias=_named("PIPEWEAVE_ADVICE_TIME_LIMIT_S")
    )

    max_dataset_size_mb: int = Field(1024, gt=0, validation_alias=_named("MAX_DATASET_SIZE_MB"))
    eda_report_size_threshold_mb: float = Field(
        1, ge=0, validation_alias=_named("EDA_REPORT_SIZE_THRESHOLD_MB")
    )
    eda_sample_rows: int = Field(0, ge=0, le=50, validation_alias=_named("EDA_SAMPLE_ROWS"))
    max_model_size_mb: int = Field(2048, gt=0, validation_alias=_named("MAX_MODEL_SIZE_MB"))
    max_prediction_ms: int = Field(
        1000, gt=0, validation_alias=_named("PIPEWEAVE_MAX_PREDICTION_MS")
    )
    memory_limit_mb: int | None = Field(
        None, gt=0, validation_alias=_named("PIPEWEAVE_MEMORY_LIMIT_MB")
    )
    task_time_limit_s: int = Field(
        3600, gt=0, validation_alias=_named("PIPEWEAVE_TASK_TIME_LIMIT_S")
    )
    crash_restarts: int = Field(1, ge=0, le=10, validation_alias=_named("PIPEWEAVE_CRASH_RESTARTS"))
    time_budget_s: float = Field(60, gt=0, validation_alias=_named("PIPEWEAVE_TIME_BUDGET_S"))
    retrain_max_age_days: float | None = Field(
        None, gt=0, validation_alias=_named("PIPEWEAVE_RETRAIN_MAX_AGE_DAYS")
    )
    retrain_cron: str | None = Field(None, validation_alias=_named("PIPEWEAVE_RETRAIN_CRON"))
    retrain_look_minutes: int = Field(
        10, ge=1, le=60, validation_alias=_named("PIPEWEAVE_RETRAIN_LOOK_MINUTES")
    )

    fresh_uploads_days: float | None = Field(
        None, gt=0, validation_alias=_named("PIPEWEAVE_FRESH_UPLOADS_DAYS")
    )
    fresh_model_days: float | None = Field(
        None, gt=0, validation_alias=_named("PIPEWEAVE_FRESH_MODEL_DAYS")
    )
    fresh_predictions_days: float | None = Field(
        None, gt=0, validation_alias=_named("PIPEWEAVE_FRESH_PREDICTIONS_DAYS")
    )
    # The host may be an IPv6 address in brackets.
    engine: str | None = Field(
        None,
        pattern=r"^dask://(\[[0-9a-fA-F:.]{2,45}\]|[A-Za-z0-9._-]{1,253}):[0-9]{1,5}$",
        validation_alias=_named("PIPEWEAVE_ENGINE"),
    )
    model_plug_ins: dict[str, str] = Field({}, validation_alias=_named("PIPEWEAVE_MODEL_PLUG_INS"))
    prediction_reasons: bool = Field(
        default=False, validation_alias=_named("PIPEWEAVE_PREDICTION_REASONS")
    )
    shadow: bool = Field(default=True, validation_alias=_named("PIPEWEAVE_SHADOW"))
    cost_per_hour: float | None = Field(
        None, ge=0, validation_alias=_named("PIPEWEAVE_COST_PER_HOUR")
    )
    keep_runs: int = Field(50, ge=1, validation_alias=_named("PIPEWEAVE_KEEP_RUNS"))
    keep_cache_days: float = Field(7, ge=1, validation_alias=_named("PIPEWEAVE_KEEP_CACHE_DAYS"))
    keep_predictions_days: float | None = Field(
        None, ge=1, validation_alias=_named("PIPEWEAVE_KEEP_PREDICTIONS_DAYS")
    )
    keep_logs_days: float | None = Field(
        None, ge=1, validation_alias=_named("PIPEWEAVE_KEEP_LOGS_DAYS")
    )
    keep_trials_days: float | None = Field(
        None, ge=1, validation_alias=_named("PIPEWEAVE_KEEP_TRIALS_DAYS")
    )
    alerts_to: str = Field("", validation_alias=_named("PIPEWEAVE_ALERTS_TO"))
    alerts_digest: str | None = Field(None, validation_alias=_named("PIPEWEAVE_ALERTS_DIGEST"))
    login: Literal["auto", "required"] = Field("auto", validation_alias=_named("PIPEWEAVE_LOGIN"))
    jwt_secret_key: SecretStr | None = Field(None, validation_alias=_named("JWT_SECRET_KEY"))
    privacy_key: SecretStr | None = Field(None, validation_alias=_named("PIPEWEAVE_PRIVACY_KEY"))
    privacy_default: Literal["hide", "mask"] = Field(
        "hide", validation_alias=_named("PIPEWEAVE_PRIVACY_DEFAULT")
    )
    access_token_expire_minutes: float = Field(
        30, gt=0, le=24 * 60, validation_alias=_named("ACCESS_TOKEN_EXPIRE_MINUTES")
    )
    refresh_token_expire_days: float = Field(
        7, gt=0, le=90, validation_alias=_named("REFRESH_TOKEN_EXPIRE_DAYS")
    )
    behind_tls_proxy: bool = Field(
        default=False, validation_alias=_named("PIPEWEAVE_BEHIND_TLS_PROXY")
    )
    oidc_issuer: str | None = Field(None, validation_alias=_named("OIDC_ISSUER"))
    oidc_client_id: str = Field("pipeweave", validation_alias=_named("OIDC_CLIENT_ID"))
    oidc_client_secret: SecretStr | None = Field(
        None, validation_alias=_named("OIDC_CLIENT_SECRET")
    )
    oidc_name_claim: str = Field(
        "email", pattern=r"^[a-z_]{1,40}$", validation_alias=_named("OIDC_NAME_CLAIM")
    )
    dagster_url: str = Field(
        "http://127.0.0.1:3000", validation_alias=_named("PIPEWEAVE_DAGSTER_URL")
    )
    mlflow_url: str = Field(
        "http://127.0.0.1:5000", validation_alias=_named("PIPEWEAVE_MLFLOW_URL")
    )
    web_url: str = Field("http://127.0.0.1:8000", validation_alias=_named("PIPEWEAVE_WEB_URL"))
    serve_url: str = Field("http://127.0.0.1:8001", validation_alias=_named("PIPEWEAVE_SERVE_URL"))
    serve_token: SecretStr | None = Field(None, validation_alias=_named("PIPEWEAVE_SERVE_TOKEN"))
    api_requests_per_minute: int = Field(
        600, ge=1, le=1_000_000, validation_alias=_named("PIPEWEAVE_API_REQUESTS_PER_MINUTE")
    )
    services: dict[str, str] = Field({}, validation_alias=_named("PIPEWEAVE_SERVICES"))
    dagster_home_given: Path | None = Field(None, validation_alias=_named("PIPEWEAVE_DAGSTER_HOME"))

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

    @field_validator("home")
    @classmethod
    def _absolute(cls, path: Path) -> Path:
        if path == _HOME:
            refuse_foreign(path)
        # Processes of one installation start in different folders but must use the same one.
        return path.expanduser().absolute()

    @field_validator("model_plug_ins")
    @classmethod
    def _plug_ins_by_name(cls, checkpoints: dict[str, str]) -> dict[str, str]:
        if checkpoints:
            from pipeweave_dagster.core.families import BUILT_IN

            for name in checkpoints:
                if not PLUG_IN_NAME.fullmatch(name) or name in BUILT_IN:
                    raise ValueError(f"{name[:60]!r} is not a free name such as small_model")
        # Processes of one installation start in different folders.
        return {name: str(Path(p).expanduser().absolute()) for name, p in checkpoints.items()}

    _cron = field_validator("retrain_cron", "alerts_digest")(check_cron)

    @field_validator("s3_endpoint_url", "s3_public_url", "upload_events")
    @classmethod
    def _of_a_server(cls, address: str | None) -> str | None:
        from pipeweave_dagster.core.safe_addresses import check_http_address

        return None if address is None else check_http_address(address)

    @field_validator("retrain_look_minutes")
    @classmethod
    def _divides_the_hour(cls, minutes: int) -> int:
        # A cron schedule begins anew every hour: every 45 minutes would be 45 and 15 in turn.
        if 60 % minutes:
            raise ValueError("it must divide 60, such as 5, 10 or 15")
        return minutes

    @field_validator("advisor_endpoint", "oidc_issuer")
    @classmethod
    def _encrypted(cls, address: str | None) -> str | None:
        # A secret is sent there, so the connection to another machine must be encrypted.
        if address is not None:
            parts = urlsplit(address)
            local = parts.hostname in ("127.0.0.1", "::1", "localhost")
            if parts.scheme != "https" and not (parts.scheme == "http" and local):
                raise ValueError("it must begin with https:// (http:// only for this machine)")
        return address

    @model_validator(mode="after")
    def _strong_secrets(self) -> Self:
        """Refuse weak secrets in production, warn about them in development."""
        weak = [name for name, secret in self._secrets().items() if _is_weak(secret)]
        if not weak:
            return self
        reason = f"shorter than {_MIN_SECRET} characters, or with too few different ones"
        problem = f"{', '.join(weak)}: {reason}"
        if self.profile == "production":
            raise ValueError(
                f"{problem}; the production profile needs stronger ones (make secrets)"
            )
        _warn_once(f"{problem}; fine on a laptop, refused in the production profile")
        return self

    def _secrets(self) -> dict[str, str]:
        """Return the secrets that are set and were chosen by the user (a Google key is not)."""
        addresses = {
            "DATABASE_URL": self.secret("database_url"),
            "MLFLOW_TRACKING_URI": self.mlflow_tracking_uri,
            "MLFLOW_BACKEND_STORE_URI": self.secret("mlflow_backend_store_uri"),
        }
        secrets = {
            "AWS_SECRET_ACCESS_KEY": self.secret("aws_secret_access_key"),
            "PIPEWEAVE_SERVE_TOKEN": self.secret("serve_token"),
            "JWT_SECRET_KEY": self.secret("jwt_secret_key"),
            "PIPEWEAVE_PRIVACY_KEY": self.secret("privacy_key"),
            **{f"the password in {n}": urlsplit(a or "").password for n, a in addresses.items()},
        }
        return {name: secret for name, secret in secrets.items() if secret}

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

    @cached_property
    def storage_url(self) -> str:
        """The storage's root: PIPEWEAVE_STORAGE, else S3_BUCKET, else a folder below home."""
        if self.storage:
            return self.storage
        return f"s3://{self.s3_bucket}" if self.s3_bucket else str(self.home / "storage")

    @property
    def storage_is_s3(self) -> bool:
        """Whether the storage is a bucket."""
        return self.storage_url.startswith("s3://")

    @property
    def storage_folder(self) -> Path:
        """The folder of a local storage."""
        return Path(self.storage_url.removeprefix("file://")).expanduser().absolute()

    @property
    def bucket_and_prefix(self) -> tuple[str, str]:
        """Bucket and prefix of an S3 storage."""
        bucket, _, prefix = self.storage_url.removeprefix("s3://").partition("/")
        return bucket, prefix

    @property
    def tracking_uri(self) -> str:
        """MLflow's store: a server or database, else a schema of DATABASE_URL, else SQLite."""
        if self.mlflow_tracking_uri:
            return self.mlflow_tracking_uri
        database = self.secret("database_url")
        if database is None:
            return f"sqlite:///{self.home / 'mlflow.db'}"
        # Dagster and MLflow both have a table `runs`.
        joint = "&" if "?" in database else "?"
        return f"{database}{joint}options=-csearch_path%3Dmlflow"

    @property
    def artifact_root(self) -> str | None:
        """Where MLflow keeps artifacts, unless a server decides that."""
        return None if self.mlflow_tracking_uri else (self.home / "mlartifacts").as_uri()

    @property
    def max_dataset_bytes(self) -> int:
        """Largest upload that is read, in bytes."""
        return self.max_dataset_size_mb * _MB

    @property
    def dagster_home(self) -> Path:
        """Dagster's home, the same for every command.

        Each kind of database has its own, because `dagster.yaml` in it configures the database.
        """
        own = self.home / ("dagster-postgres" if self.database_url else "dagster")
        return self.dagster_home_given or own

    @property
    def cache_folder(self) -> Path:
        """Local copies of remote objects, and scratch space."""
        return self.home / "cache"

    @staticmethod
    def needed_s(budget_s: float) -> float:
        """Return the least time limit for a run with this budget, which may be exceeded by 10 %."""
        return 1.1 * budget_s

    def run_limit_s(self, budget_s: float) -> float:
        """Return the time limit of a run with this training budget, in seconds.

        A limit that is set applies as it is. Otherwise a long budget gets half an hour extra, for
        reading, checking and evaluating.
        """
        if "task_time_limit_s" in self.model_fields_set:
            return self.task_time_limit_s
        return max(self.task_time_limit_s, self.needed_s(budget_s) + _BESIDE_TRAINING_S)

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
