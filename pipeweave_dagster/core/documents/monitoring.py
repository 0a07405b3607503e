"""Documents of monitoring: drift of batches, and how well the model predicted them."""

import operator
from typing import ClassVar, Literal

from pydantic import Field

from pipeweave_dagster.core.documents.assessment import Comparison
from pipeweave_dagster.core.documents.base import Document, Part
from pipeweave_dagster.core.documents.evaluation import Estimate
from pipeweave_dagster.core.documents.refused_batch import RefusedBatch
from pipeweave_dagster.core.documents.settings import MetricName

Change = Literal["distribution", "missing values", "new categories", "absent", "type"]


class ColumnDrift(Part):
    """Drift of one column of a batch from the training rows.

    `score` is the effect size of `change`, by the method that the report names: a share of the
    rows, from 0 to 1. `p_value` is the probability of such a difference without drift (None in
    documents of earlier versions, and where nothing was tested).
    """

    name: str
    score: float | None
    threshold: float
    drifted: bool
    note: str = ""
    change: Change = "distribution"
    p_value: float | None = None


class DriftReport(Document):
    """Drift of a batch from the training rows of the model; the worst columns come first.

    `level` is the p-value from which a column may count as drifted; it falls with each batch, so
    that the false alarms of all batches together stay rare.
    """

    kind: ClassVar[str] = "drift"
    batch: str
    rows: int
    method: str
    columns: list[ColumnDrift]
    verdict: Literal["stable", "drifted", "too few rows"]
    notes: list[str] = []
    model_version: str = Field(default="", exclude_if=operator.not_)
    level: float | None = Field(default=None, exclude_if=operator.not_)

    @property
    def drifted(self) -> list[ColumnDrift]:
        """The columns that have drifted, the worst first."""
        return [column for column in self.columns if column.drifted]


class BatchRecord(Part):
    """One batch scored by one model version: its drift, and its performance.

    `scored_at` is in seconds since 1970. `drift` lists only columns that have drifted, the worst
    first. `estimated` is the expected performance without labels, `measured` that on the `labelled`
    rows, for which `estimated_labelled` is the estimate; `matched` rows have a label, of which some
    may be classes that the model does not know. `role` is the alias of the version when it scored;
    a challenger scores in shadow. Scores are by metric name.
    """

    batch: str
    model_version: str
    role: Literal["champion", "challenger"] = "champion"
    run_id: str = ""
    scored_at: float
    rows: int
    predictions_key: str
    data_sha256: str
    verdict: Literal["stable", "drifted", "too few rows", ""] = ""
    drift: list[ColumnDrift] = []
    metric: MetricName | None = None
    estimated: dict[str, Estimate] = {}
    estimated_labelled: dict[str, Estimate] = {}
    labelled: int = 0
    matched: int = 0
    labels_digest: str = Field(default="", exclude_if=operator.not_)
    measured: dict[str, Estimate] = {}


class ShadowBatch(Document):
    """The predictions of the challenger for a batch, which are used for nothing but comparison.

    `model_version` is None if no challenger has scored it, which `reason` explains.
    """

    kind: ClassVar[str] = "shadow"
    batch: str
    model_version: str | None = None
    rows: int = 0
    parquet_key: str = ""
    csv_key: str = ""
    reason: str = ""


class LabelArrival(Part):
    """How many rows of scored batches got their first label at a time (seconds since 1970).

    Less than 0 where a file of labels was removed.
    """

    at: float
    rows: int


class BatchHistory(Part):
    """All batches of a data set, the oldest first, as a record beside its HEAD.

    `tests` counts the drift tests so far, whose false alarms share one error rate. `dropped` counts
    batches that are no longer listed. `refused` are files that could not be scored, the oldest
    first, until a file of the same name is.
    """

    batches: list[BatchRecord] = []
    arrivals: list[LabelArrival] = []
    tests: int = 0
    dropped: int = 0
    refused: list[RefusedBatch] = Field(default=[], exclude_if=operator.not_)

    def labelled_since(self, at: float) -> int:
        """Return how many more rows have a label than at a time (seconds since 1970)."""
        return max(0, sum(arrival.rows for arrival in self.arrivals if arrival.at > at))


class PerformanceReport(Document):
    """Performance per batch: measured where labels have arrived, else estimated.

    `batches` are the newest ones, the oldest of them first; `datasets/<dataset>/batches.json` has
    more. `tested` is the score of the newest version on its test rows.

    `unmatched` labels belong to no scored row; `corrected` rows have labels that differ between
    files, of which the newest counts. `worse` names batches on which the champion is worse than on
    its test rows by more than chance. `refused` says why files of labels were not used.
    `comparison` is the challenger, scored in shadow, against the champion on the same rows.
    """

    kind: ClassVar[str] = "performance"
    metric: MetricName | None = None
    tested: Estimate | None = None
    batches: list[BatchRecord] = []
    labelled: int = 0
    unmatched: int = 0
    corrected: int = 0
    worse: list[str] = []
    comparison: Comparison | None = None
    notes: list[str] = []
    refused: list[str] = Field(default=[], exclude_if=operator.not_)
