"""`pipeweave.yaml`: what a person may say about one data set. Every key is optional."""

import operator
from datetime import date
from typing import Any, Literal

from pydantic import ConfigDict, Field, field_validator

from pipeweave_dagster.core.documents.base import Part

Task = Literal["binary", "multiclass", "regression"]
Quality = Literal["fast", "medium", "best"]
QUALITY_SECONDS: dict[Quality, float] = {"fast": 20, "medium": 60, "best": 600}
Direction = Literal["increasing", "decreasing"]
MetricName = Literal["roc_auc", "log_loss", "accuracy", "f1_macro", "rmse", "mae", "r2"]


class ColumnSetting(Part):
    """What a person knows about a column, and PipeWeave can only guess.

    `missing` lists values (as text) that stand for a missing one. With `merge_spellings`,
    categories that differ only in case, blanks or a final dot are one. `monotone` says that the
    answer may only rise (or only fall) as the column rises, all else being equal.
    """

    type: str | None = None
    known_at: str | None = None
    drop: bool = False
    missing: list[str] = []
    merge_spellings: bool = False
    monotone: Direction | None = Field(default=None, exclude_if=operator.not_)

    # YAML reads an unquoted -200 in the list of missing values as a number.
    model_config = ConfigDict(coerce_numbers_to_str=True)

    @field_validator("known_at", mode="before")
    @classmethod
    def _as_text(cls, value: Any) -> Any:
        # YAML reads an unquoted 2024-01-01 as a date.
        return value.isoformat() if isinstance(value, date) else value


class SplitSetting(Part):
    """How the test rows are chosen; at most one of the three."""

    time: str | None = None
    group: str | None = None
    fold: str | None = None


class RetrainSetting(Part):
    """When a model is due for retraining."""

    cron: str | None = None
    max_age_days: float | None = Field(default=None, gt=0)

    @field_validator("cron")
    @classmethod
    def _readable(cls, cron: str | None) -> str | None:
        from croniter import croniter

        if cron is not None and not croniter.is_valid(cron):
            raise ValueError(f"{cron[:60]!r} is no cron expression such as '0 3 * * 1'")
        return cron


class AlertSetting(Part):
    """Who is told, and which findings are not worth telling."""

    to: list[str] = []
    mute: list[str] = []


class Override(Part):
    """A finding that a person sets aside, with the reason that is kept with the model.

    `by` and `at` say who wrote it and when; the command line fills them.
    """

    finding: str
    column: str | None = None
    reason: str = Field(min_length=3)
    by: str | None = None
    at: str | None = None

    @field_validator("at", mode="before")
    @classmethod
    def _as_text(cls, value: Any) -> Any:
        # YAML reads an unquoted 2024-01-01 as a date.
        return value.isoformat() if isinstance(value, date) else value

    @property
    def told(self) -> str:
        """The reason, with who gave it and when."""
        who = ", ".join(fact for fact in (self.by, self.at) if fact)
        return f"{self.reason} ({who})" if who else self.reason


class Costs(Part):
    """What errors cost, in any unit: a false alarm, and a row of the positive class missed."""

    false_positive: float = Field(default=1.0, ge=0)
    false_negative: float = Field(default=1.0, ge=0)


class DatasetSettings(Part):
    """The whole of `pipeweave.yaml`; also what the launchpad and the command line may set."""

    # YAML reads an unquoted class or column such as 1 or 2020 as a number.
    model_config = ConfigDict(coerce_numbers_to_str=True)

    target: str | None = None
    task: Task | None = None
    positive: str | None = None
    weight: str | None = None
    metric: MetricName | None = None
    costs: Costs | None = None
    sensitive: list[str] = []
    quality: Quality | None = None
    time_budget_s: float | None = Field(default=None, gt=0)
    mode: Literal["replace", "append"] = "replace"
    columns: dict[str, ColumnSetting] = {}
    id: str | None = None
    split: SplitSetting = SplitSetting()
    pipeline: dict[str, Any] | None = None
    retrain: RetrainSetting = RetrainSetting()
    alerts: AlertSetting = AlertSetting()
    overrides: list[Override] = []

    def budget_s(self, usual: float) -> float:
        """Seconds for training: as given, else by the quality that is wanted, else as usual."""
        if self.time_budget_s is not None:
            return self.time_budget_s
        return usual if self.quality is None else QUALITY_SECONDS[self.quality]
