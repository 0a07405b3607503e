"""Settings of the advisor, which may be an external language model."""

from typing import Literal

from pydantic import Field, SecretStr, field_validator

from pipeweave_dagster.settings.environment import EnvironmentSettings, check_encrypted, named


class Advice(EnvironmentSettings):
    """Which advisor is asked, what is sent to it, and what it may cost."""

    advisor: Literal["rules", "gemini"] = Field(
        "rules", validation_alias=named("PIPEWEAVE_ADVISOR")
    )
    google_api_key: SecretStr | None = Field(None, validation_alias=named("GOOGLE_API_KEY"))
    advisor_model: str = Field(
        "gemini-2.5-flash-lite",
        pattern=r"^[a-z0-9][a-z0-9.-]{0,80}$",
        validation_alias=named("PIPEWEAVE_ADVISOR_MODEL"),
    )
    advisor_endpoint: str | None = Field(None, validation_alias=named("PIPEWEAVE_ADVISOR_ENDPOINT"))
    advice_level: Literal["none", "names", "statistics", "values"] = Field(
        "statistics", validation_alias=named("PIPEWEAVE_ADVICE_LEVEL")
    )
    advice_budget_usd: float = Field(
        0.05, ge=0, validation_alias=named("PIPEWEAVE_ADVICE_BUDGET_USD")
    )
    advice_time_limit_s: float = Field(
        30, gt=0, validation_alias=named("PIPEWEAVE_ADVICE_TIME_LIMIT_S")
    )

    _encrypted_endpoint = field_validator("advisor_endpoint")(check_encrypted)
