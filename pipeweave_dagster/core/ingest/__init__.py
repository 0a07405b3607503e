"""Read any table that people bring: whole, strictly typed, every row accounted for.

The entry functions import their machinery inside, so that this package imports in no time.
"""

from collections.abc import Sequence
from pathlib import Path

from pipeweave_dagster.core.documents import (
    ColumnSetting,
    DatasetSettings,
    DatasetSnapshot,
    RawUpload,
    SnapshotColumn,
    TextTable,
)
from pipeweave_dagster.core.ingest.base.limits import DEFAULT_LIMITS, IngestLimits

__all__ = ["IngestLimits", "ingest", "ingest_as_text", "read_aligned", "settings_of_reading"]


def settings_of_reading(settings: DatasetSettings) -> DatasetSettings:
    """The part of the settings that decides how a file is read; the rest changes no table.

    These are the mode, and the columns that a person wants read as text or as a date of a given
    form (`date:%d/%m/%Y`).
    """
    columns = {
        name: ColumnSetting(type=said.type)
        for name, said in settings.columns.items()
        if said.type is not None and (said.type == "text" or ":" in said.type)
    }
    return DatasetSettings(mode=settings.mode, columns=columns)


def ingest(
    upload: RawUpload, files: list[Path], out: Path, limits: IngestLimits = DEFAULT_LIMITS
) -> DatasetSnapshot:
    """Read an upload into one typed table.

    Args:
        upload: What was brought; names are hints for the format. A column's type in the settings
            decides how it is read if it is `text` or a date with its format (`date:%d/%m/%Y`).
        files: The bytes of `upload.files`, in the same order, under any names.
        out: Empty folder; gets `data.parquet`, and `quarantine.parquet` if rows did not fit.
        limits: What the files may cost.

    Returns:
        The snapshot: dialect, types, renames, missing tokens and all that was given up.

    Raises:
        PipeWeaveError: `VALIDATION_ERROR` for a file that is empty, too large, damaged or no table.
    """
    from pipeweave_dagster.core.ingest.build_table import ingest_files

    pairs = [(path, file.name) for path, file in zip(files, upload.files, strict=True)]
    return ingest_files(pairs, out, limits, upload.settings.columns)


def ingest_as_text(file: Path, name: str, out: Path) -> TextTable:
    """Read one file and write it as clean CSV with the values as the text that was read.

    Args:
        file: The file to read.
        name: Its name, as a hint for the format.
        out: Empty folder; gets `data.csv`, which has a header only if the file had one.

    Returns:
        How the file was read, and where the CSV lies.
    """
    from pipeweave_dagster.core.ingest.as_text import write_text

    return write_text(file, name, out)


def read_aligned(
    file: Path,
    name: str,
    columns: list[SnapshotColumn],
    out: Path,
    limits: IngestLimits = DEFAULT_LIMITS,
    table: Sequence[str] = (),
    target: str | None = None,
) -> DatasetSnapshot:
    """Read a batch for prediction with the training columns' types; no row is ever dropped.

    Args:
        file: The batch.
        name: Its name, as a hint for the format.
        columns: Those columns of the training snapshot that are wanted.
        out: Empty folder; gets `data.parquet` with the rows in file order.
        limits: What the file may cost.
        table: All columns of the training snapshot in order: a batch without a header has these,
            or all but the target, or the wanted ones.
        target: Which of them a batch may lack.

    Returns:
        The snapshot. Columns that the batch lacks are said in `notes`; values that do not fit the
        training type are missing, with a note that counts them; further columns are kept.
    """
    from pipeweave_dagster.core.ingest.aligned_batch import align
    from pipeweave_dagster.core.ingest.column_matching import Places

    return align(file, name, columns, out, limits, Places(tuple(table), target))
