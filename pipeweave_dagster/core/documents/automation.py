"""The settings of what runs unattended: retraining and alerts."""

import operator

from pydantic import Field, field_validator

from pipeweave_dagster.core.cron import check_cron
from pipeweave_dagster.core.documents.base import Part

_COOLDOWN_HOURS = 24.0


class RetrainSetting(Part):
    """When a model is due for retraining: by schedule, age, drift, or labels that arrived.

    `enabled: false` turns all of it off. `cooldown_hours` must pass between a training and one that
    age, drift or labels request. With `on_upload: false` an upload is checked and reported on, and
    only a due retraining learns from it. `rollback: false` leaves a new champion in place although
    its first batch fails its checks.
    """

    enabled: bool = Field(default=True, exclude_if=bool)
    cron: str | None = None
    max_age_days: float | None = Field(default=None, gt=0)
    on_drift: bool = Field(default=False, exclude_if=operator.not_)
    new_labels: int | None = Field(default=None, gt=0, exclude_if=operator.not_)
    cooldown_hours: float = Field(
        default=_COOLDOWN_HOURS, ge=0, exclude_if=lambda hours: hours == _COOLDOWN_HOURS
    )
    on_upload: bool = Field(default=True, exclude_if=bool)
    rollback: bool = Field(default=True, exclude_if=bool)

    _readable = field_validator("cron")(check_cron)


class AlertSetting(Part):
    """Who is alerted, and about what not.

    `to` names recipients; the address of `ops` is in the environment variable PIPEWEAVE_ALERT_OPS.
    `mute` lists what sends no alert: codes of findings (`PW140`), names of checks, or kinds of
    alerts (`drift`, `run`, ...); `all` mutes the data set.
    """

    to: list[str] = []
    mute: list[str] = []


class FreshnessSetting(Part):
    """After how many days without anything new uploads, model and predictions are late."""

    uploads_days: float | None = Field(default=None, gt=0)
    model_days: float | None = Field(default=None, gt=0)
    predictions_days: float | None = Field(default=None, gt=0)
