"""The document of a pipeline: its steps, the columns of each, and the split of the rows."""

import operator
from typing import Any, ClassVar, Literal

from pydantic import Field

from pipeweave_dagster.core.documents.advice import AdviceNote
from pipeweave_dagster.core.documents.base import Document, Part
from pipeweave_dagster.core.documents.settings import (
    Costs,
    Direction,
    MetricName,
    Purpose,
    Task,
)
from pipeweave_dagster.core.documents.split_gap import SplitGap


class Step(Part):
    """One node of the pipeline: its step type, its columns and the steps that it comes after."""

    name: str
    kind: Literal["extract", "preprocess", "feature", "train", "predict"]
    use: str
    columns: list[str] = []
    after: list[str] = []
    params: dict[str, Any] = {}
    reason: str = ""


class SplitSpec(Part):
    """How rows are divided: test rows first, then cross-validation folds of the rest.

    `hashed_as` maps columns that were moved to another step to the step that still reads them for
    the hash, so that a changed pipeline is tested on the same rows. `id` is the column that
    identifies a row, if one is declared: it decides the side instead of all columns.
    """

    kind: Literal["hash", "time", "group", "fold"] = "hash"
    column: str | None = None
    test_share: float = 0.2
    folds: int = 5
    seed: int = 0
    reason: str = ""
    hashed_as: dict[str, str] = Field(default={}, exclude_if=operator.not_)
    id: str | None = Field(default=None, exclude_if=operator.not_)


class PipelineSpec(Document):
    """A declarative pipeline: a directed acyclic graph of steps, valid by construction.

    `labels` gives the label of each stored value of the target (as text) that is spelled otherwise
    in the file, such as `True` for `true`. `structure` says what splits by time and by groups give,
    where columns for them were found. `train_for` says whether one model is wanted in place of an
    ensemble, where it is not significantly worse. `without_totals` says that rows which are sums of
    rows above them are left out of training. `hidden` are columns of personal data, whose
    values are shown nowhere.
    """

    kind: ClassVar[str] = "pipeline"
    source: Literal["rules", "settings", "advisor"]
    target: str
    task: Task
    positive: str | None = None
    classes: list[str] = []
    labels: dict[str, str] = Field(default={}, exclude_if=operator.not_)
    weight: str | None = None
    metric: MetricName
    train_for: Purpose = Field(default="accuracy", exclude_if=lambda value: value == "accuracy")
    costs: Costs | None = None
    sensitive: list[str] = []
    monotone: dict[str, Direction] = Field(default={}, exclude_if=operator.not_)
    features: list[str]
    steps: list[Step]
    split: SplitSpec
    dropped: dict[str, str] = {}
    overrides: list[str] = []
    hidden: list[str] = Field(default=[], exclude_if=operator.not_)
    without_totals: bool = Field(default=False, exclude_if=operator.not_)
    structure: list[SplitGap] = Field(default=[], exclude_if=operator.not_)
    advice: AdviceNote | None = Field(default=None, exclude_if=operator.not_)
