"""The result of scoring a table."""

from pydantic import Field

from pipeweave_dagster.core.documents import Part, Payload


class ScoredRows(Part):
    """Row and class counts of a scored table, and its predictions file."""

    rows: int
    predictions: Payload
    ignored_columns: list[str] = Field(default_factory=list)
    missing_columns: list[str] = Field(default_factory=list)
    unseen_categories: dict[str, int] = Field(default_factory=dict)
    blank_columns: list[str] = Field(default_factory=list)
    outside_training: int | None = None
    abstained: int = 0
    counts: dict[str, int] = Field(default_factory=dict)
    notes: list[str] = Field(default_factory=list)
