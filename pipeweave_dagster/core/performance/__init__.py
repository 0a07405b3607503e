"""Performance of a model in use: measured once labels arrive, and expected before."""

from pathlib import Path

from pipeweave_dagster.core.performance.scored_files import (
    CombinedLabels,
    LabelFile,
    MeasuredBatches,
    ModelVersion,
    ScoredFile,
)

__all__ = [
    "CombinedLabels",
    "LabelFile",
    "MeasuredBatches",
    "ModelVersion",
    "ScoredFile",
    "combine_labels",
    "measure_batches",
]


def combine_labels(
    files: list[LabelFile], id_column: str, target: str, out: Path
) -> CombinedLabels:
    """Combine files of labels, the oldest first, into one label per id; the newest counts.

    Args:
        files: Typed tables with the id and the target.
        id_column: The column that identifies a row.
        target: The target.
        out: Folder for `labels.parquet`.

    Returns:
        The labels, and why files are `refused` that lack the id or the target.

    Raises:
        PipeWeaveError: VALIDATION_ERROR if all files are refused.
    """
    from pipeweave_dagster.core.performance.labels import combine

    return combine(files, id_column, target, out)


def measure_batches(
    files: list[ScoredFile],
    versions: list[ModelVersion],
    labels: Path | None,
    id_column: str | None,
) -> MeasuredBatches:
    """Measure the performance of scored batches on the rows that have labels, and estimate it.

    Args:
        files: The batches with their predictions.
        versions: The model versions that scored them; batches of others are returned unchanged.
        labels: Labels by id, as `combine_labels` writes them; None if there are none yet.
        id_column: The column of the predictions that identifies a row; None if none is declared.

    Returns:
        The batches with `estimated` (all rows, needs no labels), `measured` and
        `estimated_labelled` (the rows with labels), and the paired test of a challenger that scored
        the same batches.
    """
    from pipeweave_dagster.core.performance.batch_scores import measure

    return measure(files, versions, labels, id_column)
