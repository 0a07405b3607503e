"""What the columns of a typed table mean, and which of them may be the one to predict."""

from pathlib import Path

from pipeweave_dagster.core.documents import DatasetSettings, DatasetSnapshot, SchemaDeduction

__all__ = ["deduce"]


def deduce(snapshot: DatasetSnapshot, data: Path, settings: DatasetSettings) -> SchemaDeduction:
    """Deduce meaning, role and personal data of every column, the target and the task.

    Args:
        snapshot: The typed table's description.
        data: Its Parquet file.
        settings: What a person said; it wins over every deduction.

    Returns:
        The schema. A target that cannot be told has `name=None` and says why.

    Raises:
        PipeWeaveError: `VALIDATION_ERROR` when the settings name a target, positive class, weight
            or id that does not exist; the nearest names are offered.
    """
    from pipeweave_dagster.core.schema.deduction import deduce_schema

    return deduce_schema(snapshot, data, settings)
