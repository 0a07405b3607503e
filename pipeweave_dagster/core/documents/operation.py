"""The document of a scored batch."""

import operator
from typing import ClassVar

from pydantic import Field

from pipeweave_dagster.core.documents.base import Document, Payload


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
