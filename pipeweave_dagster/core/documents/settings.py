"""`pipeweave.yaml`: the settings of one data set. Every key is optional."""

import operator
import re
from datetime import date
from typing import Any, Literal

from pydantic import ConfigDict, Field, field_validator

from pipeweave_dagster.core.access import NAME_PATTERN
from pipeweave_dagster.core.documents.automation import (
    AlertSetting,
    FreshnessSetting,
    RetrainSetting,
)
from pipeweave_dagster.core.documents.base import Part

Task = Literal["binary", "multiclass", "regression"]
Quality = Literal["fast", "medium", "best"]
QUALITY_SECONDS: dict[Quality, float] = {"fast": 20, "medium": 60, "best": 600}
UnseenPolicy = Literal["unknown", "error", "abstain"]
Direction = Literal["increasing", "decreasing"]
Privacy = Literal["allow", "mask", "hash", "drop"]
PrivacyDefault = Literal["hide", "mask"]
Purpose = Literal["accuracy", "serving"]
"""What a model is trained for: the best score, or one small model where that costs nothing."""
MetricName = Literal["roc_auc", "log_loss", "accuracy", "f1_macro", "rmse", "mae", "r2"]


class ColumnSetting(Part):
    """What a user knows about a column and PipeWeave can only guess.

    `known_at` declares when the value becomes known. `missing` lists placeholder values (as text)
    to read as missing. With `merge_spellings`, categories that differ only in case, whitespace or a
    trailing dot are one. `monotone` constrains the prediction to only increase (or only decrease)
    with the column, all else being equal. `unseen` decides what is done with rows to score whose
    category the model has not learned: it is unknown to the model, an error, or not predicted.
    `privacy` decides what becomes of personal values: they may be shown although they look personal
    (`allow`), are shown nowhere (`mask`), are replaced by keyed hashes when they are read (`hash`),
    or never get into the typed table (`drop`).
    """

    type: str | None = None
    known_at: str | None = None
    drop: bool = False
    missing: list[str] = []
    merge_spellings: bool = False
    monotone: Direction | None = Field(default=None, exclude_if=operator.not_)
    unseen: UnseenPolicy = Field(default="unknown", exclude_if=lambda value: value == "unknown")
    privacy: Privacy | None = Field(default=None, exclude_if=operator.not_)

    # YAML reads an unquoted -200 in the list of missing values as a number.
    model_config = ConfigDict(coerce_numbers_to_str=True)

    @field_validator("known_at", mode="before")
    @classmethod
    def _as_text(cls, value: Any) -> Any:
        # YAML reads an unquoted 2024-01-01 as a date.
        return value.isoformat() if isinstance(value, date) else value


class SplitSetting(Part):
    """How the test rows are selected: by time, by group or by a column of parts; at most one.

    `random` keeps the split by a hash of each row, also where rows are structured by time or groups
    and a model is worth less on later rows or other groups.
    """

    time: str | None = None
    group: str | None = None
    fold: str | None = None
    random: bool = Field(default=False, exclude_if=operator.not_)


class ReadSetting(Part):
    """How a text file is read; what is not set is detected.

    `delimiter` is up to four characters, or `tab`, `blanks` (any run of them) or `none` (one
    column). `header` is the number of header rows and `skip` the number of lines above them.
    `encoding` is a name that Python knows, such as `cp1252`; `decimal` the mark in numbers.
    """

    delimiter: str | None = Field(default=None, min_length=1, max_length=6)
    header: int | None = Field(default=None, ge=0, le=6)
    skip: int | None = Field(default=None, ge=0, le=10_000)
    encoding: str | None = None
    decimal: Literal[".", ","] | None = None

    @field_validator("delimiter")
    @classmethod
    def _is_delimiter(cls, value: str | None) -> str | None:
        words = {"tab", "blanks", "none"}
        if value is not None and value not in words and (len(value) > 4 or value.isalnum()):
            raise ValueError(f"{value!r} is neither 1 to 4 characters nor one of {sorted(words)}")
        return value

    @field_validator("encoding")
    @classmethod
    def _is_known(cls, value: str | None) -> str | None:
        try:
            "".encode(value or "utf-8")
        except LookupError as error:
            raise ValueError(f"{value!r} is not a text encoding that Python knows") from error
        return value


NO_REASON = "no reason given"
_SHORTEST_REASON = 3


class Override(Part):
    """A finding that a user overrides, with the reason, which is kept with the model.

    `by` and `at` are its author and time; the command line fills them in.
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
    def attributed_reason(self) -> str:
        """The reason, followed by its author and time if they are known.

        A reason without three letters or digits, such as spaces or dashes, explains nothing.
        """
        author = ", ".join(fact for fact in (self.by, self.at) if fact)
        explained = sum(map(str.isalnum, self.reason)) >= _SHORTEST_REASON
        reason = self.reason if explained else NO_REASON
        return f"{reason} ({author})" if author else reason


class Costs(Part):
    """Costs of a false positive and of a false negative, in any unit."""

    false_positive: float = Field(default=1.0, ge=0)
    false_negative: float = Field(default=1.0, ge=0)


class PredictionsSetting(Part):
    """Where predictions are written besides the storage: a table of the database of a source.

    `to` is `SOURCE.TABLE` or `SOURCE.SCHEMA.TABLE`.
    """

    to: str = Field(
        pattern=r"^[a-z0-9][a-z0-9_-]{0,62}(\.[A-Za-z_][A-Za-z0-9_]{0,62}){1,2}$",
        examples=["shop.public.predicted"],
    )


class DatasetSettings(Part):
    """All of `pipeweave.yaml`; the launchpad and the command line set the same keys.

    `on_missing`, `outside` and `coverage` are about batches to score: columns that are missing,
    rows unlike the training rows, and the share of true values that intervals have.
    `id` names the column that identifies a row: its hash decides which rows are test rows, it is
    copied to the predictions, as are the columns of `keep`, and labels that arrive later are joined
    by it.
    `privacy_default` is what becomes of columns that look personal and have no `privacy` of their
    own: their values are not shown (`hide`), or they are masked as with `privacy: mask`.
    `train_for: serving` replaces the ensemble by one model where a paired test on the folds
    cannot tell the two apart.
    `totals` says whether rows that are sums of rows above them are left out of training.
    `owner` is a user or team whose data set it becomes, where nobody has decided on its owner yet.
    """

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
    train_for: Purpose = Field(default="accuracy", exclude_if=lambda value: value == "accuracy")
    mode: Literal["replace", "append"] = "replace"
    columns: dict[str, ColumnSetting] = {}
    privacy_default: PrivacyDefault | None = Field(default=None, exclude_if=operator.not_)
    read: ReadSetting | None = Field(default=None, exclude_if=operator.not_)
    totals: Literal["leave_out", "keep"] = Field(
        default="leave_out", exclude_if=lambda value: value == "leave_out"
    )
    id: str | None = None
    keep: list[str] = Field(default=[], exclude_if=operator.not_)
    on_missing: Literal["refuse", "score"] = Field(
        default="refuse", exclude_if=lambda value: value == "refuse"
    )
    outside: Literal["flag", "abstain"] = Field(
        default="flag", exclude_if=lambda value: value == "flag"
    )
    coverage: float = Field(default=0.9, ge=0.5, lt=1, exclude_if=lambda value: value == 0.9)
    split: SplitSetting = SplitSetting()
    pipeline: dict[str, Any] | None = None
    retrain: RetrainSetting = RetrainSetting()
    freshness: FreshnessSetting | None = Field(default=None, exclude_if=operator.not_)
    alerts: AlertSetting = AlertSetting()
    predictions: PredictionsSetting | None = Field(default=None, exclude_if=operator.not_)
    overrides: list[Override] = []
    owner: str | None = Field(default=None, exclude_if=operator.not_, examples=["ada"])

    @field_validator("owner")
    @classmethod
    def _is_name(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(NAME_PATTERN, value):
            raise ValueError("a name has lower-case letters, digits and . _ - + @, at most 63")
        return value

    @property
    def copied(self) -> list[str]:
        """The columns that are copied from a batch to its predictions: the id first."""
        return list(dict.fromkeys([*([self.id] if self.id else []), *self.keep]))

    def budget_s(self, default: float) -> float:
        """Return the training budget in seconds: as given, else by quality, else the default."""
        if self.time_budget_s is not None:
            return self.time_budget_s
        return default if self.quality is None else QUALITY_SECONDS[self.quality]
