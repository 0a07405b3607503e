"""Documents of the data: the upload, the typed table, the schema."""

import operator
from typing import ClassVar, Literal

from pydantic import Field

from pipeweave_dagster.core.documents.advice import AdviceNote
from pipeweave_dagster.core.documents.base import Document, Part, Payload
from pipeweave_dagster.core.documents.settings import DatasetSettings, ReadSetting, Task

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
        """Its key in the storage."""
        return f"raw/{self.sha256}"


class RawUpload(Document):
    """The uploaded files and settings. Contains only content, so equal uploads are one document.

    `source` is the database that the files were pulled from, and `notes` what the pull has changed.
    """

    kind: ClassVar[str] = "raw_upload"
    dataset: str
    files: list[RawFile]
    settings: DatasetSettings = DatasetSettings()
    source: str | None = Field(default=None, exclude_if=operator.not_)
    notes: list[str] = Field(default=[], exclude_if=operator.not_)


class OtherReading(Part):
    """The second best delimiter or layout of a text file, as `setting` of `read:` gives it.

    `bits` is how much less likely it is than what was read, as the binary logarithm of the ratio;
    it is negative where the plainer of two likely layouts was taken.
    """

    setting: dict[str, int | str]
    bits: float


LOG_FIELDS = "fields of a log"
"""The `delimiter` of a log, whose records are divided by what each field looks like."""
BLOCK_FIELDS = "keys of records"
"""The `delimiter` of records of several lines, each with a key and its value."""
METRIC_FIELDS = "labels of metrics"
"""The `delimiter` of metrics in the text format of Prometheus."""
SPARSE_FIELDS = "sparse features"
"""The `delimiter` of rows of LIBSVM, which name the features that are not zero."""


class Dialect(Part):
    """How the bytes were read; every field is a detected property that a user may check.

    `header_rows` counts the lines above the rows; `described_rows` says how many of these describe
    the columns below their names: units, types, formats.
    """

    format: Literal["csv", "json", "jsonl", "parquet", "excel", "arrow", "html"]
    container: Literal["none", "gzip", "zip", "bz2", "zstd"] = "none"
    encoding: str | None = None
    delimiter: str | None = None
    quote: str | None = None
    escape: str | None = None
    header_rows: int | None = None
    described_rows: int = Field(default=0, exclude_if=operator.not_)
    skipped_rows: int = 0
    decimal: str | None = None
    thousands: str | None = None
    line_end: str | None = None
    doubt: str | None = None
    other_readings: list[OtherReading] = Field(default=[], exclude_if=operator.not_)


class SnapshotColumn(Part):
    """A stored column. `original_name` is the text of the header, `name` is unique.

    `doubt` is what is uncertain about the reading of its values, with the setting that decides.
    `spellings` are the texts of its values in the file with their counts, the most frequent first,
    if it has few values and some are spelled otherwise than their type is shown (`True`, `$5`).
    `missing_values` are the texts that the settings list as missing.
    `privacy` is what the settings say about personal values, `hash_key` which key they were hashed
    with.
    """

    name: str
    original_name: str
    type: StorageType
    missing: int
    format: str | None = None
    unit: str | None = None
    note: str | None = None
    doubt: str | None = Field(default=None, exclude_if=operator.not_)
    spellings: dict[str, dict[str, int]] = Field(default={}, exclude_if=operator.not_)
    missing_values: list[str] = Field(default=[], exclude_if=operator.not_)
    privacy: Literal["mask", "hash"] | None = Field(default=None, exclude_if=operator.not_)
    hash_key: str | None = Field(default=None, exclude_if=operator.not_)


class LeftOutLine(Part):
    """A line of the file that is neither header nor row: a title, comment, repeated header.

    `fields` counts its texts: as many as the table has columns make it doubtful.
    """

    line: int
    kind: str
    text: str
    fields: int


class DatasetSnapshot(Document):
    """The typed table: `rows_read = rows + rows_quarantined`, no row lost silently.

    `left_out` lists the first hundred lines that were taken for neither header nor row; `read` is
    what the user set of the file. `set_missing` counts, for a batch, the values per column that are
    none of the training type. `notes_quarantined` counts the quarantined rows that were recognised
    as notes below the table. `withheld` names the columns of the file that the setting `privacy`
    keeps out of the table.
    """

    kind: ClassVar[str] = "dataset"
    dialect: Dialect
    rows_read: int
    rows: int
    rows_quarantined: int
    notes_quarantined: int = Field(default=0, exclude_if=operator.not_)
    columns: list[SnapshotColumn]
    data: Payload
    quarantine: Payload | None = None
    left_out: list[LeftOutLine] = []
    read: ReadSetting | None = Field(default=None, exclude_if=operator.not_)
    set_missing: dict[str, int] = Field(default={}, exclude_if=operator.not_)
    withheld: list[str] = Field(default=[], exclude_if=operator.not_)
    notes: list[str] = []


class TextTable(Document):
    """A file converted to CSV (UTF-8, commas, LF), with rows and values as they are in the file."""

    kind: ClassVar[str] = "text_table"
    dialect: Dialect
    rows: int
    header: list[str] | None
    data: Payload
    notes: list[str] = []


class ColumnDeduction(Part):
    """Type and role of a column, with the confidence (0 to 1) and the reason.

    `pii` is the kind of personal data that it holds, whose values are not shown: as detected, or
    `set by the user`. `privacy` is what the user set for it, or for all that look personal.
    """

    name: str
    type: SemanticType
    storage: StorageType
    role: Literal["feature", "target", "identifier", "dropped", "weight"]
    confidence: float
    alternatives: dict[str, float] = {}
    reason: str
    pii: str | None = None
    privacy: Literal["allow", "mask", "hash"] | None = Field(default=None, exclude_if=operator.not_)
    order: list[str] | None = None
    overridden: bool = False
    distinct: int
    missing: int


class TargetDeduction(Part):
    """The target. `name` is None if no column is credible; `reason` explains the choice.

    With `source` "settings" a `name` of None means that no target is wanted (`target: none`).
    `classes` and `positive` are labels as the file spells them, and `labels` gives the label of
    each stored value (as text) that is another. `missing` are texts that stand for no value.
    """

    name: str | None
    task: Task | None
    positive: str | None = None
    classes: list[str] = []
    confidence: float
    source: Literal["settings", "deduced", "none"]
    reason: str
    candidates: list[str] = []
    question: str | None = None
    labels: dict[str, str] = Field(default={}, exclude_if=operator.not_)
    missing: list[str] = Field(default=[], exclude_if=operator.not_)


class SchemaDeduction(Document):
    """The schema: type and role of every column, and the target."""

    kind: ClassVar[str] = "schema_deduction"
    columns: list[ColumnDeduction]
    target: TargetDeduction
    notes: list[str] = []
    advice: AdviceNote | None = Field(default=None, exclude_if=operator.not_)

    def column(self, name: str) -> ColumnDeduction:
        """Return the column of that name (KeyError if there is none)."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)
