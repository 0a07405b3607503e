"""Settings of places and servers: home, storage, databases, recipients of alerts, addresses."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, field_validator

from pipeweave_dagster.core.cron import check_cron
from pipeweave_dagster.core.env_file import refuse_foreign
from pipeweave_dagster.settings.environment import EnvironmentSettings, named

_HOME = Path(".pipeweave")


class Places(EnvironmentSettings):
    """Where everything is kept, and how it runs."""

    home: Path = Field(_HOME, validation_alias=named("PIPEWEAVE_HOME"))
    storage: str | None = Field(None, validation_alias=named("PIPEWEAVE_STORAGE"))
    profile: Literal["development", "production"] = Field(
        "development", validation_alias=named("PIPEWEAVE_PROFILE")
    )
    log_level: str = Field("INFO", validation_alias=named("LOG_LEVEL"))

    @field_validator("home")
    @classmethod
    def _absolute(cls, path: Path) -> Path:
        if path == _HOME:
            refuse_foreign(path)
        # Processes of one installation start in different folders but must use the same one.
        return path.expanduser().absolute()


class Bucket(EnvironmentSettings):
    """An S3 bucket as storage."""

    s3_endpoint_url: str | None = Field(None, validation_alias=named("S3_ENDPOINT_URL"))
    s3_public_url: str | None = Field(None, validation_alias=named("S3_PUBLIC_URL"))
    s3_bucket: str | None = Field(None, validation_alias=named("S3_BUCKET"))
    aws_access_key_id: str | None = Field(None, validation_alias=named("AWS_ACCESS_KEY_ID"))
    aws_secret_access_key: SecretStr | None = Field(
        None, validation_alias=named("AWS_SECRET_ACCESS_KEY")
    )
    aws_region: str = Field("us-east-1", validation_alias=named("AWS_REGION", "AWS_DEFAULT_REGION"))
    upload_events: str | None = Field(
        None,
        pattern=r"^https?://[^\s@]{3,500}$",
        validation_alias=named("PIPEWEAVE_UPLOAD_EVENTS"),
    )

    @field_validator("s3_endpoint_url", "s3_public_url", "upload_events")
    @classmethod
    def _of_a_server(cls, address: str | None) -> str | None:
        from pipeweave_dagster.core.safe_addresses import check_http_address

        return None if address is None else check_http_address(address)


class Services(EnvironmentSettings):
    """Databases and servers beside PipeWeave."""

    database_url: SecretStr | None = Field(None, validation_alias=named("DATABASE_URL"))
    mlflow_tracking_uri: str | None = Field(None, validation_alias=named("MLFLOW_TRACKING_URI"))
    mlflow_backend_store_uri: SecretStr | None = Field(
        None, validation_alias=named("MLFLOW_BACKEND_STORE_URI")
    )
    services: dict[str, str] = Field({}, validation_alias=named("PIPEWEAVE_SERVICES"))
    dagster_home_given: Path | None = Field(None, validation_alias=named("PIPEWEAVE_DAGSTER_HOME"))


class Alerts(EnvironmentSettings):
    """Who is sent alerts, and when."""

    alerts_to: str = Field("", validation_alias=named("PIPEWEAVE_ALERTS_TO"))
    alerts_digest: str | None = Field(None, validation_alias=named("PIPEWEAVE_ALERTS_DIGEST"))

    _digest_schedule = field_validator("alerts_digest")(check_cron)


class Links(EnvironmentSettings):
    """Addresses of the servers, as a browser or a client reaches them."""

    dagster_url: str = Field(
        "http://127.0.0.1:3000", validation_alias=named("PIPEWEAVE_DAGSTER_URL")
    )
    mlflow_url: str = Field("http://127.0.0.1:5000", validation_alias=named("PIPEWEAVE_MLFLOW_URL"))
    web_url: str = Field("http://127.0.0.1:8000", validation_alias=named("PIPEWEAVE_WEB_URL"))
    serve_url: str = Field("http://127.0.0.1:8001", validation_alias=named("PIPEWEAVE_SERVE_URL"))
    serve_token: SecretStr | None = Field(None, validation_alias=named("PIPEWEAVE_SERVE_TOKEN"))
