"""Monitoring of a model after training: drift of the rows that it scores."""

from collections.abc import Sequence
from pathlib import Path

from pipeweave_dagster.core.documents import DriftReport
from pipeweave_dagster.core.monitoring.predicted_files import PredictedFiles

__all__ = ["measure_drift"]


def measure_drift(
    batch: str,
    reference: Path,
    data: Path,
    features: list[str],
    level: float = 0.01,
    hidden: Sequence[str] = (),
    predicted: PredictedFiles | None = None,
) -> DriftReport:
    """Measure the drift of a batch from the training rows of a model.

    Args:
        batch: Name of the batch.
        reference: Parquet file of the training rows (or a sample of them).
        data: Parquet file of the batch.
        features: The columns to compare. Of dates only the missing values are compared.
        hidden: Columns of which no value is quoted.
        predicted: What the model predicts for the batch and for its test rows, to be compared, too.
        level: Probability that a batch without drift has any column that counts as drifted.

    Returns:
        The effect size of each feature with the threshold from which it counts as drift, the worst
        first. The verdict is `too few rows` where drift cannot be distinguished from chance.

    Example:
        >>> import pathlib, tempfile
        >>> import pyarrow as pa, pyarrow.parquet as pq
        >>> folder = pathlib.Path(tempfile.mkdtemp())
        >>> pq.write_table(pa.table({"age": list(range(1000))}), folder / "training.parquet")
        >>> pq.write_table(pa.table({"age": list(range(500, 800))}), folder / "july.parquet")
        >>> report = measure_drift(
        ...     "july", folder / "training.parquet", folder / "july.parquet", ["age"]
        ... )
        >>> report.verdict, report.columns[0].score
        ('drifted', 0.5)
    """
    from pipeweave_dagster.core.monitoring.drift import compare

    return compare(batch, reference, data, features, level, hidden, predicted)
