"""Documents of models in use: predictions, drift, and the overview of a workbench."""

import operator
from typing import ClassVar

from pydantic import Field

from pipeweave_dagster.core.documents.base import Document, Part, Payload


class PredictionBatch(Document):
    """One scored file: where its predictions are stored and which model made them.

    `set_missing` counts the values per column that are none of the training type,
    `unseen_categories` those that the model has not learned; `blank_columns` have no value at all.
    `outside_training` counts rows unlike the training rows (None: unknown), and
    `abstained` those without a prediction for a reason that the settings name.
    """

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
    set_missing: dict[str, int] = {}
    unseen_categories: dict[str, int] = {}
    blank_columns: list[str] = []
    outside_training: int | None = Field(default=None, exclude_if=lambda value: value is None)
    abstained: int = Field(default=0, exclude_if=operator.not_)
    counts: dict[str, int] = {}
    notes: list[str] = []


class ModelEntry(Part):
    """One registered model version of the overview, with its main test score."""

    version: str
    model: str
    target: str | None = None
    score: str | None = None
    reason: str = ""


class DatasetEntry(Part):
    """One row of the overview: the state of a data set.

    `model` and `score` are those of the champion; without one, those of the newest model. `target`
    is that of the current schema; a champion of an earlier run may have another. `no_model` is the
    reason why a data set without a target has no model. `problems` names stored records and
    documents that are damaged or missing.
    """

    dataset: str
    version: str
    rows: int | None = None
    target: str | None = None
    no_model: str = Field(default="", exclude_if=operator.not_)
    blocked: list[str] = []
    alerts: int = 0
    model: str | None = None
    score: str | None = None
    champion: ModelEntry | None = None
    challenger: ModelEntry | None = None
    last_attempt: str = ""
    updated_at: str = ""
    problems: list[str] = []

    @property
    def model_target(self) -> str | None:
        """Return what `model` predicts: the champion's target, or else the current one."""
        return (self.champion.target if self.champion else None) or self.target


class WorkbenchOverview(Document):
    """The overview of all data sets with their models and findings."""

    kind: ClassVar[str] = "workbench_overview"
    datasets: list[DatasetEntry]
