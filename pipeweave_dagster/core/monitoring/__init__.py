"""Monitoring of a model after training: drift of the rows that it scores."""

from pathlib import Path

from pipeweave_dagster.core.documents import DriftReport

__all__ = ["measure_drift"]


def measure_drift(batch: str, reference: Path, data: Path, features: list[str]) -> DriftReport:
    """Measure the drift of a batch from the training rows of a model.

    Args:
        batch: Name of the batch.
        reference: Parquet file of the training rows (or a sample of them).
        data: Parquet file of the batch.
        features: The columns to compare.

    Returns:
        The population stability index of each feature with the threshold above which it counts as
        drift. The verdict is `too few rows` where drift cannot be distinguished from chance.

    Example:
        >>> import pathlib, tempfile
        >>> import pyarrow as pa, pyarrow.parquet as pq
        >>> folder = pathlib.Path(tempfile.mkdtemp())
        >>> pq.write_table(pa.table({"age": list(range(1000))}), folder / "training.parquet")
        >>> pq.write_table(pa.table({"age": list(range(500, 800))}), folder / "july.parquet")
        >>> measure_drift(
        ...     "july", folder / "training.parquet", folder / "july.parquet", ["age"]
        ... ).verdict
        'drifted'
    """
    from pipeweave_dagster.core.monitoring.drift import compare

    return compare(batch, reference, data, features)
