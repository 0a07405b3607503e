"""What happens to a model after training: drift of the rows that it is given."""

from pathlib import Path

from pipeweave_dagster.core.documents import DriftReport

__all__ = ["measure_drift"]


def measure_drift(batch: str, reference: Path, data: Path, features: list[str]) -> DriftReport:
    """Compare the features of a batch with the rows that the model learned from.

    Args:
        batch: Name of the batch.
        reference: Parquet file of training rows (or a sample of them).
        data: Parquet file of the batch.
        features: The columns to compare.

    Returns:
        The population stability index of each feature with the threshold above which it counts as
        drift. The verdict is `too few rows` where nothing could be told apart from chance.
    """
    from pipeweave_dagster.core.monitoring.drift import compare

    return compare(batch, reference, data, features)
