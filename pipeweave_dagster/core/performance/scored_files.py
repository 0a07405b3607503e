"""What the measurement of performance reads, and what it returns."""

from pathlib import Path

from pipeweave_dagster.core.documents import (
    BatchRecord,
    Comparison,
    Part,
    Payload,
    PipelineSpec,
    TrainedModel,
)


class LabelFile(Part):
    """One file of labels as a typed table, its name for messages, and notes on its reading."""

    path: Path
    name: str
    notes: list[str] = []


class CombinedLabels(Part):
    """All labels of a data set in one file: how many ids, and how many of them were corrected.

    `without_id` and `missing` count rows of the files that have no id, or no label yet. `notes` are
    those on the reading of the files; `refused` has why files could not be used.
    """

    file: Payload
    rows: int
    corrected: int = 0
    without_id: int = 0
    missing: int = 0
    notes: list[str] = []
    refused: list[str] = []


class ModelVersion(Part):
    """A model version that has scored batches; `test_rows` is its test rows file."""

    version: str
    trained: TrainedModel
    spec: PipelineSpec
    test_rows: Path


class ScoredFile(Part):
    """A batch as it is recorded, and the file of its predictions."""

    record: BatchRecord
    predictions: Path


class MeasuredBatches(Part):
    """Batches with their performance.

    `unmatched` labels belong to no scored row, `repeated` ones to rows of several batches.
    `without_ids` are batches whose predictions lack the id. `comparison` is the challenger against
    the champion on the labelled rows of the same batches.
    """

    records: list[BatchRecord]
    unmatched: int = 0
    repeated: int = 0
    without_ids: list[str] = []
    comparison: Comparison | None = None
