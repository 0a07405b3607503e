"""What scoring a table tells beside the predictions themselves."""

from pydantic import Field

from pipeweave_dagster.core.documents import Part, Payload


class ScoredRows(Part):
    """Counts of a scored table and where its predictions lie."""

    rows: int
    predictions: Payload
    ignored_columns: list[str] = Field(default_factory=list)
    missing_columns: list[str] = Field(default_factory=list)
    counts: dict[str, int] = Field(default_factory=dict)
    notes: list[str] = Field(default_factory=list)
