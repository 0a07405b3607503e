"""Settings of the work: its limits, and how long its results are kept."""

from pathlib import Path

from pydantic import Field, field_validator

from pipeweave_dagster.core.cron import check_cron
from pipeweave_dagster.core.model.plug_ins import NAME as PLUG_IN_NAME
from pipeweave_dagster.settings.environment import EnvironmentSettings, named


class Limits(EnvironmentSettings):
    """How large, how long and how often."""

    max_dataset_size_mb: int = Field(1024, gt=0, validation_alias=named("MAX_DATASET_SIZE_MB"))
    max_model_size_mb: int = Field(2048, gt=0, validation_alias=named("MAX_MODEL_SIZE_MB"))
    max_prediction_ms: int = Field(
        1000, gt=0, validation_alias=named("PIPEWEAVE_MAX_PREDICTION_MS")
    )
    memory_limit_mb: int | None = Field(
        None, gt=0, validation_alias=named("PIPEWEAVE_MEMORY_LIMIT_MB")
    )
    eda_report_size_threshold_mb: float = Field(
        1, ge=0, validation_alias=named("EDA_REPORT_SIZE_THRESHOLD_MB")
    )
    eda_sample_rows: int = Field(0, ge=0, le=50, validation_alias=named("EDA_SAMPLE_ROWS"))
    task_time_limit_s: int = Field(
        3600, gt=0, validation_alias=named("PIPEWEAVE_TASK_TIME_LIMIT_S")
    )
    crash_restarts: int = Field(1, ge=0, le=10, validation_alias=named("PIPEWEAVE_CRASH_RESTARTS"))
    time_budget_s: float = Field(60, gt=0, validation_alias=named("PIPEWEAVE_TIME_BUDGET_S"))
    retrain_max_age_days: float | None = Field(
        None, gt=0, validation_alias=named("PIPEWEAVE_RETRAIN_MAX_AGE_DAYS")
    )
    retrain_cron: str | None = Field(None, validation_alias=named("PIPEWEAVE_RETRAIN_CRON"))
    retrain_look_minutes: int = Field(
        10, ge=1, le=60, validation_alias=named("PIPEWEAVE_RETRAIN_LOOK_MINUTES")
    )
    fresh_uploads_days: float | None = Field(
        None, gt=0, validation_alias=named("PIPEWEAVE_FRESH_UPLOADS_DAYS")
    )
    fresh_model_days: float | None = Field(
        None, gt=0, validation_alias=named("PIPEWEAVE_FRESH_MODEL_DAYS")
    )
    fresh_predictions_days: float | None = Field(
        None, gt=0, validation_alias=named("PIPEWEAVE_FRESH_PREDICTIONS_DAYS")
    )
    prediction_reasons: bool = Field(
        default=False, validation_alias=named("PIPEWEAVE_PREDICTION_REASONS")
    )
    # The host may be an IPv6 address in brackets.
    engine: str | None = Field(
        None,
        pattern=r"^dask://(\[[0-9a-fA-F:.]{2,45}\]|[A-Za-z0-9._-]{1,253}):[0-9]{1,5}$",
        validation_alias=named("PIPEWEAVE_ENGINE"),
    )
    model_plug_ins: dict[str, str] = Field({}, validation_alias=named("PIPEWEAVE_MODEL_PLUG_INS"))
    shadow: bool = Field(default=True, validation_alias=named("PIPEWEAVE_SHADOW"))
    api_requests_per_minute: int = Field(
        600, ge=1, le=1_000_000, validation_alias=named("PIPEWEAVE_API_REQUESTS_PER_MINUTE")
    )
    cost_per_hour: float | None = Field(
        None, ge=0, validation_alias=named("PIPEWEAVE_COST_PER_HOUR")
    )

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

    @field_validator("retrain_look_minutes")
    @classmethod
    def _divides_the_hour(cls, minutes: int) -> int:
        # A cron schedule begins anew every hour: every 45 minutes would be 45 and 15 in turn.
        if 60 % minutes:
            raise ValueError("it must divide 60, such as 5, 10 or 15")
        return minutes

    _retrain_schedule = field_validator("retrain_cron")(check_cron)


class Retention(EnvironmentSettings):
    """How long things are kept."""

    keep_runs: int = Field(50, ge=1, validation_alias=named("PIPEWEAVE_KEEP_RUNS"))
    keep_cache_days: float = Field(7, ge=1, validation_alias=named("PIPEWEAVE_KEEP_CACHE_DAYS"))
    keep_predictions_days: float | None = Field(
        None, ge=1, validation_alias=named("PIPEWEAVE_KEEP_PREDICTIONS_DAYS")
    )
    keep_logs_days: float | None = Field(
        None, ge=1, validation_alias=named("PIPEWEAVE_KEEP_LOGS_DAYS")
    )
    keep_trials_days: float | None = Field(
        None, ge=1, validation_alias=named("PIPEWEAVE_KEEP_TRIALS_DAYS")
    )
