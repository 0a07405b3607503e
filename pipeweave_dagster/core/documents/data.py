"""Documents of the data itself: what was uploaded, how it was read, what the columns mean."""

import operator
from typing import ClassVar, Literal

from pydantic import Field

from pipeweave_dagster.core.documents.advice import AdviceNote
from pipeweave_dagster.core.documents.base import Document, Part, Payload
from pipeweave_dagster.core.documents.settings import DatasetSettings, Task

StorageType = Literal["integer", "number", "boolean", "date", "datetime", "time", "text"]
SemanticType = Literal[
    "numeric",
    "categorical",
    "ordinal",
    "boolean",
    "datetime",
    "text",
    "url",
    "email",
    "phone",
    "list",
    "geo",
    "identifier",
    "constant",
    "embedded_number",
    "context_specific",
]


class RawFile(Part):
    """One uploaded file, kept unchanged under `raw/<sha256>`."""

    name: str
    sha256: str
    size_bytes: int

    @property
    def key(self) -> str:
        """Where its bytes lie in the storage."""
        return f"raw/{self.sha256}"


class RawUpload(Document):
    """What a person brought. Holds nothing but content, so equal uploads are one document."""

    kind: ClassVar[str] = "raw_upload"
    dataset: str
    files: list[RawFile]
    settings: DatasetSettings = DatasetSettings()


class Dialect(Part):
    """How the bytes were read; every field is a decision that a person may check."""

    format: Literal["csv", "json", "jsonl", "parquet", "excel", "arrow"]
    container: Literal["none", "gzip", "zip", "bz2", "zstd"] = "none"
    encoding: str | None = None
    delimiter: str | None = None
    quote: str | None = None
    escape: str | None = None
    header_rows: int | None = None
    skipped_rows: int = 0
    decimal: str | None = None
    thousands: str | None = None
    line_end: str | None = None


class SnapshotColumn(Part):
    """One column as stored. `original_name` is the header's text, `name` is unique."""

    name: str
    original_name: str
    type: StorageType
    missing: int
    format: str | None = None
    unit: str | None = None
    note: str | None = None


class DatasetSnapshot(Document):
    """The typed table: `rows_read = rows + rows_quarantined`, nothing lost in silence."""

    kind: ClassVar[str] = "dataset"
    dialect: Dialect
    rows_read: int
    rows: int
    rows_quarantined: int
    columns: list[SnapshotColumn]
    data: Payload
    quarantine: Payload | None = None
    notes: list[str] = []


class TextTable(Document):
    """A file brought to clean CSV (UTF-8, commas, LF), its values as the text that was read."""

    kind: ClassVar[str] = "text_table"
    dialect: Dialect
    rows: int
    header: list[str] | None
    data: Payload
    notes: list[str] = []


class ColumnDeduction(Part):
    """What a column means, how sure that is, and why, in words."""

    name: str
    type: SemanticType
    storage: StorageType
    role: Literal["feature", "target", "identifier", "dropped", "weight"]
    confidence: float
    alternatives: dict[str, float] = {}
    reason: str
    pii: str | None = None
    order: list[str] | None = None
    overridden: bool = False
    distinct: int
    missing: int


class TargetDeduction(Part):
    """The column to predict. `name` is None where none can be told; `reason` says why."""

    name: str | None
    task: Task | None
    positive: str | None = None
    classes: list[str] = []
    confidence: float
    source: Literal["settings", "deduced", "none"]
    reason: str
    candidates: list[str] = []
    question: str | None = None


class SchemaDeduction(Document):
    """Meaning of every column, and what is to be predicted."""

    kind: ClassVar[str] = "schema_deduction"
    columns: list[ColumnDeduction]
    target: TargetDeduction
    notes: list[str] = []
    advice: AdviceNote | None = Field(default=None, exclude_if=operator.not_)

    def column(self, name: str) -> ColumnDeduction:
        """The column of that name (KeyError if there is none)."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)
