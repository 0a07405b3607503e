"""Documents of the model: the pipeline, the trained model, its evaluation, its predictions."""

import operator
from typing import Any, ClassVar, Literal

from pydantic import Field

from pipeweave_dagster.core.documents.advice import AdviceNote
from pipeweave_dagster.core.documents.assessment import (
    Canary,
    Comparison,
    Curve,
    Dependence,
    Fairness,
    MethodCheck,
    Period,
    Rate,
    Segment,
    Stability,
)
from pipeweave_dagster.core.documents.base import Document, Part, Payload
from pipeweave_dagster.core.documents.data import SnapshotColumn
from pipeweave_dagster.core.documents.settings import Costs, Direction, MetricName, Task


class Step(Part):
    """One node of the pipeline: what it does to which columns, after which other steps."""

    name: str
    kind: Literal["extract", "preprocess", "feature", "train", "predict"]
    use: str
    columns: list[str] = []
    after: list[str] = []
    params: dict[str, Any] = {}
    reason: str = ""


class SplitSpec(Part):
    """How rows are divided: test rows first, then cross-validation folds of the rest.

    `hashed_as` names columns whose step was changed with the step whose reading of them still
    decides a row's side; so a changed pipeline is tested on the same rows.
    """

    kind: Literal["hash", "time", "group", "fold"] = "hash"
    column: str | None = None
    test_share: float = 0.2
    folds: int = 5
    seed: int = 0
    reason: str = ""
    hashed_as: dict[str, str] = Field(default={}, exclude_if=operator.not_)


class PipelineSpec(Document):
    """A declarative pipeline: a directed graph of steps without cycles, valid by construction."""

    kind: ClassVar[str] = "pipeline"
    source: Literal["rules", "settings", "advisor"]
    target: str
    task: Task
    positive: str | None = None
    classes: list[str] = []
    weight: str | None = None
    metric: MetricName
    costs: Costs | None = None
    sensitive: list[str] = []
    monotone: dict[str, Direction] = Field(default={}, exclude_if=operator.not_)
    features: list[str]
    steps: list[Step]
    split: SplitSpec
    dropped: dict[str, str] = {}
    overrides: list[str] = []
    advice: AdviceNote | None = Field(default=None, exclude_if=operator.not_)


class Estimate(Part):
    """A score with its interval; `low` and `high` are None where none can be given."""

    value: float | None
    low: float | None = None
    high: float | None = None

    @property
    def above_zero(self) -> bool:
        """Whether it can be told from nothing: the whole interval lies above 0."""
        return self.low is not None and self.low > 0


class Trial(Part):
    """One candidate that was fitted with cross-validation inside the training rows."""

    name: str
    family: str
    params: dict[str, Any] = {}
    score: float | None
    score_std: float | None = None
    fit_seconds: float
    state: Literal["done", "failed", "cut"]
    note: str = ""


class Member(Part):
    """One fitted part of the final model, with all that is needed to fit it again, bit by bit.

    `fold` is the cross-validation fold whose rows it did not see, -1 if it saw all rows; `seed`
    is added to that of the training; `rounds` is None where early stopping or convergence ends
    the fit.
    """

    name: str
    family: str
    params: dict[str, Any] = {}
    weight: float
    fold: int = -1
    seed: int = 0
    rounds: int | None = None


class Stack(Part):
    """What a regression makes of the candidates' answers, beside their weighted mean.

    Inputs are each candidate's log-odds of the second of two classes, the logarithms of its
    probabilities of each of more classes, or its value, candidate by candidate. `coef` has a row
    for each output; `share` is how much of the answer it is.
    """

    candidates: list[str]
    coef: list[list[float]]
    intercept: list[float]
    share: float


class MlflowLink(Part):
    """Where the model stands in MLflow."""

    experiment_id: str
    run_id: str
    model_name: str
    model_version: str
    model_uri: str


class TrainedModel(Document):
    """The best candidate, refitted, with the leaderboard it won.

    `columns` says how the features were read, so that a batch is read alike; `table` names all
    columns of the table in order, for batches without a header.
    `verdict` is `no signal` when the winner is not better than the constant model.
    `evaluated` is the model whose test scores are told; `model` is the same recipe fitted once
    more on all rows, test rows included, so importances on test rows need the former.
    `recipe` is what `model` consists of; `made` are the features that some members see beside
    those of the pipeline; `temperature` calibrates the probabilities (None: they are as they
    are); `trust` is how far a row that copies a known one is answered by what was seen (None: not
    at all); `threshold` is the probability from which a row is told to be positive, where costs
    are given (None: one half); `stack` is what else is made of the members' answers (None: they
    are averaged and no more); `test_digest` names the set of test rows; `rows_fit` is how many
    rows fitted into memory where the table has more (None: all do), `sampled_of` how many it has
    where only a sample was read; `division` are the rows that were used, and their folds (None: a
    model of an earlier version).
    """

    kind: ClassVar[str] = "model"
    task: Task
    target: str
    metric: MetricName
    greater_is_better: bool
    classes: list[str] = []
    features: list[str]
    columns: list[SnapshotColumn] = []
    table: list[str] = Field(default=[], exclude_if=operator.not_)
    winner: str
    verdict: Literal["model", "no signal"]
    leaderboard: list[Trial]
    recipe: list[Member] = []
    made: list[dict[str, Any]] = []
    temperature: float | None = None
    trust: float | None = None
    threshold: float | None = None
    stack: Stack | None = Field(default=None, exclude_if=operator.not_)
    test_digest: str = ""
    seed: int = 0
    threads: int = 1
    rows_train: int
    rows_test: int
    rows_dropped: int = 0
    rows_fit: int | None = Field(default=None, exclude_if=operator.not_)
    sampled_of: int | None = Field(default=None, exclude_if=operator.not_)
    budget_s: float
    used_s: float
    package_versions: dict[str, str]
    model: Payload
    evaluated: Payload | None = None
    test_rows: Payload
    reference: Payload
    division: Payload | None = Field(default=None, exclude_if=operator.not_)
    mlflow: MlflowLink | None = None
    overrides: list[str] = []
    notes: list[str] = []


class Plot(Part):
    """A picture with a name and a sentence that says what is seen."""

    name: str
    caption: str
    svg: str


class ClassScores(Part):
    """How well one class is told from all others: precision, recall and F1 with intervals."""

    label: str
    rows: int
    precision: Rate
    recall: Rate
    f1: Estimate


class Evaluation(Document):
    """Scores on rows that no fitting ever saw, with intervals, and the plots.

    `contributions` are mean absolute SHAP values of the members that are trees, in their margin;
    `comparison` is with the champion of the time; `holdout_use` counts how often a model was
    evaluated on this very set of test rows: scores chosen among many uses flatter. `canary`,
    `curve`, `periods` (where rows are divided by time), `stability` and `checks` ask whether the
    scores and importances can be believed. Of `importance` those columns come first whose interval
    lies above 0, the largest first; the others cannot be told from nothing, and are not ranked.
    """

    kind: ClassVar[str] = "model_evaluation"
    rows: int
    metric: MetricName
    metrics: dict[str, Estimate]
    baseline: dict[str, Estimate]
    by_class: list[ClassScores] = []
    verdict: str
    promoted: Literal["champion", "challenger", "none"] = "none"
    promotion_reason: str = ""
    plots: list[Plot] = []
    importance: dict[str, Estimate] = {}
    contributions: dict[str, float] = {}
    dependence: list[Dependence] = []
    segments: list[Segment] = []
    fairness: list[Fairness] = []
    comparison: Comparison | None = None
    holdout_use: int = 1
    canary: Canary | None = None
    curve: Curve | None = None
    periods: list[Period] = []
    stability: Stability | None = None
    checks: list[MethodCheck] = []
    card: Payload | None = None
    notes: list[str] = []


class PredictionBatch(Document):
    """One scored file: where the predictions lie and which model made them."""

    kind: ClassVar[str] = "predictions"
    batch: str
    rows: int
    model_name: str
    model_version: str
    data_sha256: str
    parquet_key: str
    csv_key: str
    rows_file: Payload
    ignored_columns: list[str] = []
    missing_columns: list[str] = []
    counts: dict[str, int] = {}
    notes: list[str] = []


class ColumnDrift(Part):
    """How far one column of a batch has moved from the training rows."""

    name: str
    score: float | None
    threshold: float
    drifted: bool
    note: str = ""


class DriftReport(Document):
    """Drift of a batch against the rows the model learned from."""

    kind: ClassVar[str] = "drift"
    batch: str
    rows: int
    method: str
    columns: list[ColumnDrift]
    verdict: Literal["stable", "drifted", "too few rows"]
    notes: list[str] = []


class DatasetEntry(Part):
    """One line of the overview: where a data set stands."""

    dataset: str
    version: str
    rows: int | None = None
    target: str | None = None
    blocked: list[str] = []
    alerts: int = 0
    model: str | None = None
    score: str | None = None
    last_attempt: str = ""
    updated_at: str = ""


class WorkbenchOverview(Document):
    """The index of all data sets, models and findings."""

    kind: ClassVar[str] = "workbench_overview"
    datasets: list[DatasetEntry]
