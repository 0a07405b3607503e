"""The document of a trained model: its members, and the candidates it was selected from."""

import operator
from typing import Any, ClassVar, Literal, Self

from pydantic import Field

from pipeweave_dagster.core.documents.base import Document, Part, Payload
from pipeweave_dagster.core.documents.data import DatasetSnapshot, SnapshotColumn
from pipeweave_dagster.core.documents.settings import MetricName, ReadSetting, Task


class Trial(Part):
    """One candidate of the search, cross-validated within the training rows.

    `score` is the mean over so many `folds` and `score_std` their standard deviation (None: all
    folds of the split, or one, in a model of an earlier version).
    """

    name: str
    family: str
    params: dict[str, Any] = {}
    score: float | None
    score_std: float | None = None
    folds: int | None = Field(default=None, exclude_if=lambda value: value is None)
    fit_seconds: float
    state: Literal["done", "failed", "cut", "out of time", "skipped"]
    note: str = ""


class Member(Part):
    """One fitted member of the final model, with everything needed to refit it bit by bit.

    `fold` is the cross-validation fold that was held out, -1 if none was; `seed` is added to the
    seed of the training; `rounds` is None if early stopping or convergence ends the fit. A member
    that learned log(1 + y) multiplies the exponential by `smearing`, so that it predicts means
    (Duan 1983); None where medians are wanted, or in a model of an earlier version.
    """

    name: str
    family: str
    params: dict[str, Any] = {}
    weight: float
    fold: int = -1
    seed: int = 0
    rounds: int | None = None
    smearing: float | None = Field(default=None, exclude_if=lambda value: value is None)


class Stack(Part):
    """A linear model over the candidates' predictions, blended with their weighted mean.

    Its inputs are, candidate by candidate, the log-odds of the second of two classes, the
    log-probabilities of several classes, or the value. `coef` has a row per output; `share` is
    its weight in the blend.
    """

    candidates: list[str]
    coef: list[list[float]]
    intercept: list[float]
    share: float


class PlugInModel(Part):
    """A foundation model of another package that is a member, as the package describes it.

    `licence` is that of its weights, which are not in the model file: scoring needs the file with
    this hash.
    """

    name: str
    package: str
    version: str
    about: str
    licence: str
    checkpoint: str
    sha256: str


class MlflowLink(Part):
    """The model's place in MLflow."""

    experiment_id: str
    run_id: str
    model_name: str
    model_version: str
    model_uri: str


class TrainedModel(Document):
    """The best model of the search, refitted, with the leaderboard.

    `columns` records how the features were read, so that a batch is read alike; `table` lists all
    columns of the table in order, for batches without a header; `read` is what the user set of the
    file, which batches follow.
    `verdict` is `no signal` if the winner is not better than the baseline (constant).
    `evaluated` is the model that was scored on the test rows; `model` is the same recipe refitted
    on all rows, test rows included, so importances on test rows need the former.
    `recipe` lists the members of `model`; `made` are features that some members use in addition to
    those of the pipeline; `temperature` calibrates the probabilities (None: uncalibrated); `trust`
    is how far predictions for duplicates of known rows move toward their targets (None: not at
    all); `threshold` is the probability from which the positive class is predicted, if costs are
    given (None: one half); `stack` is the stacking model (None: members are averaged);
    `test_digest` identifies the set of test rows; `rows_fit` is the number of rows that fitted into
    memory if the table has more (None: all did), `sampled_of` the rows of the table if only a
    sample was read; `tested_like` are the test rows of the champion that its own test rows follow
    (None: a hash of each row alone decided); `extended_to_s` is what the budget was extended to
    because other programs kept the processor busy (None: it was not), and `processor_share` the
    share of the processor time that the search got of what it asked for until then; `division` are
    the rows that were used, with their folds (None: a model of an earlier version); `readable_of`
    is the version whose readable twin it is (None: it is the model of a search); `plug_ins` are the
    models of other packages among its members; `hidden` are features of personal data, whose values
    are shown nowhere; `serving_note` is the one of `notes` on what became of the wish for one model
    to serve (empty without the wish).
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
    read: ReadSetting | None = Field(default=None, exclude_if=operator.not_)
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
    extended_to_s: float | None = Field(default=None, exclude_if=operator.not_)
    processor_share: float | None = Field(default=None, exclude_if=operator.not_)
    used_s: float
    package_versions: dict[str, str]
    model: Payload
    evaluated: Payload | None = None
    test_rows: Payload
    reference: Payload
    tested_like: Payload | None = Field(default=None, exclude_if=operator.not_)
    division: Payload | None = Field(default=None, exclude_if=operator.not_)
    readable_of: str | None = Field(default=None, exclude_if=operator.not_)
    plug_ins: list[PlugInModel] = Field(default=[], exclude_if=operator.not_)
    mlflow: MlflowLink | None = None
    hidden: list[str] = Field(default=[], exclude_if=operator.not_)
    overrides: list[str] = []
    notes: list[str] = []
    serving_note: str = Field(default="", exclude_if=operator.not_)

    def of_table(self, snapshot: DatasetSnapshot) -> Self:
        """Return the document with how the table was read that the model learned from."""
        used = [column for column in snapshot.columns if column.name in self.features]
        known = [column.model_copy(update={"spellings": {}}) for column in used]
        table = [column.name for column in snapshot.columns]
        return self.model_copy(update={"columns": known, "table": table, "read": snapshot.read})

    @property
    def dataset(self) -> str:
        """The data set's name for a command; `NAME` of a model that is not registered."""
        return self.mlflow.model_name.removeprefix("pipeweave-") if self.mlflow else "NAME"

    @property
    def batch_reads(self) -> list[ReadSetting | None]:
        """How a batch is read: as the training file, and detected where that does not fit."""
        return [self.read, None] if self.read else [None]
