"""The document of a trained model: what it consists of, and what it was chosen among."""

import operator
from typing import Any, ClassVar, Literal

from pydantic import Field

from pipeweave_dagster.core.documents.base import Document, Part, Payload
from pipeweave_dagster.core.documents.data import SnapshotColumn
from pipeweave_dagster.core.documents.settings import MetricName, Task


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
