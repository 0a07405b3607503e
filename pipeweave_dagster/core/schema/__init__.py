"""Deduce what the columns of a typed table mean, and which one is the target."""

from pathlib import Path

from pipeweave_dagster.core.documents import DatasetSettings, DatasetSnapshot, SchemaDeduction

__all__ = ["deduce", "mask_personal"]


def deduce(snapshot: DatasetSnapshot, data: Path, settings: DatasetSettings) -> SchemaDeduction:
    r"""Deduce type, role and personal data of every column, the target and the task.

    Args:
        snapshot: Description of the typed table.
        data: Its Parquet file.
        settings: User settings; they override every deduction.

    Returns:
        The schema. If no column is a credible target, its name is None, and its reason says so.

    Raises:
        PipeWeaveError: `VALIDATION_ERROR` if the settings name a target, positive class, weight or
            ID column that does not exist (the nearest names are suggested), or an unknown type.

    Example:
        >>> from tempfile import mkdtemp
        >>> from pipeweave_dagster.core.documents import RawFile, RawUpload
        >>> from pipeweave_dagster.core.ingest import ingest
        >>> file, out = Path(mkdtemp()) / "a.csv", Path(mkdtemp())
        >>> rows = [f"{i}.5,{('no', 'yes')[i % 2]}" for i in range(30)]
        >>> _ = file.write_text("\n".join(["size,churn", *rows]))
        >>> raw = RawFile(name="a.csv", sha256="0" * 64, size_bytes=file.stat().st_size)
        >>> snapshot = ingest(RawUpload(dataset="a", files=[raw]), [file], out)
        >>> schema = deduce(snapshot, out / "data.parquet", DatasetSettings())
        >>> schema.target.name, schema.target.task, schema.column("size").type
        ('churn', 'binary', 'numeric')
    """
    from pipeweave_dagster.core.schema.deduction import deduce_schema

    return deduce_schema(snapshot, data, settings)


def mask_personal(
    snapshot: DatasetSnapshot, folder: Path, settings: DatasetSettings
) -> DatasetSnapshot:
    """Mask the columns of a table that look personal and have no `privacy` of their own.

    Args:
        snapshot: The table as it was read.
        folder: The folder of its files; a quarantine is rewritten without texts.
        settings: User settings; columns with a `privacy` are left as they are.

    Returns:
        The snapshot, which quotes no value of these columns and marks them as masked.
    """
    from pipeweave_dagster.core.schema.personal_columns import mask_columns

    return mask_columns(snapshot, folder, settings)
