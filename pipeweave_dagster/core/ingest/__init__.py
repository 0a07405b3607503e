"""Read tables of any format completely, strictly typed, with every row accounted for.

The functions import their implementation when called, so that importing this package is fast.
"""

from collections.abc import Sequence
from pathlib import Path

from pydantic import SecretStr

from pipeweave_dagster.core.documents import (
    ColumnSetting,
    DatasetSettings,
    DatasetSnapshot,
    RawUpload,
    ReadSetting,
    SnapshotColumn,
    TextTable,
)
from pipeweave_dagster.core.documents.settings import PrivacyDefault
from pipeweave_dagster.core.ingest.base.limits import (
    DEFAULT_LIMITS,
    IngestLimits,
    reading_memory_mb,
)
from pipeweave_dagster.core.ingest.base.row_place import RowPlace
from pipeweave_dagster.core.ingest.column_matching import BY_NAME_ALONE, ColumnMatcher

__all__ = [
    "ColumnMatcher",
    "IngestLimits",
    "RowPlace",
    "ingest",
    "ingest_as_text",
    "ingest_settings",
    "locate_row",
    "read_aligned",
    "reading_memory_mb",
]


def ingest_settings(
    settings: DatasetSettings, privacy_default: PrivacyDefault = "hide"
) -> DatasetSettings:
    """Return the part of the settings that affects how a file is read.

    That is the mode, how text is read, and of the columns the texts that are missing, those whose
    values are private, and the types that decide between readings: `text`, numbers, and dates with
    their format. Columns that may be shown count only where others are masked by default.

    Args:
        settings: The settings of the data set.
        privacy_default: The default of the installation, where they have none.

    Example:
        >>> columns = {"zip": ColumnSetting(type="text"), "age": ColumnSetting(drop=True)}
        >>> list(ingest_settings(DatasetSettings(columns=columns)).columns)
        ['zip']
    """
    from pipeweave_dagster.core.ingest.types.column_types import NUMERIC_TYPES, affects_reading

    columns = {}
    masks = (settings.privacy_default or privacy_default) == "mask"
    for name, setting in settings.columns.items():
        decides = affects_reading(setting.type) or setting.type in NUMERIC_TYPES
        privacy = None if setting.privacy == "allow" and not masks else setting.privacy
        if decides or setting.missing or privacy:
            type_ = setting.type if decides else None
            columns[name] = ColumnSetting(type=type_, missing=setting.missing, privacy=privacy)
    return DatasetSettings(
        mode=settings.mode,
        columns=columns,
        read=settings.read,
        privacy_default="mask" if masks else None,
    )


def ingest(
    upload: RawUpload,
    files: list[Path],
    out: Path,
    limits: IngestLimits = DEFAULT_LIMITS,
    key: SecretStr | None = None,
) -> DatasetSnapshot:
    r"""Read an upload into one typed table.

    Args:
        upload: The upload; its file names are hints to the format. A column's type in its settings
            sets how values are read if it is `text`, a number, or a date with its format
            (`date:%d/%m/%Y`).
        files: The contents of `upload.files`, in the same order, under any names.
        out: Empty folder for `data.parquet`, and `quarantine.parquet` if rows do not match.
        limits: Resource limits.
        key: The key of hashed columns.

    Returns:
        The snapshot: dialect, types, renames, null tokens, and counts of all that was rejected.

    Raises:
        PipeWeaveError: `VALIDATION_ERROR` for a file that is empty, too large, damaged or not a
            table.

    Example:
        >>> from tempfile import mkdtemp
        >>> from pipeweave_dagster.core.documents import RawFile
        >>> folder, out = Path(mkdtemp()), Path(mkdtemp())
        >>> _ = (folder / "a.csv").write_text("name,age\nAnn,34\nBob,41\n")
        >>> file = RawFile(name="a.csv", sha256="0" * 64, size_bytes=23)
        >>> snapshot = ingest(RawUpload(dataset="a", files=[file]), [folder / "a.csv"], out)
        >>> [(c.name, c.type) for c in snapshot.columns]
        [('name', 'text'), ('age', 'integer')]
    """
    from pipeweave_dagster.core.ingest.build_table import ingest_files
    from pipeweave_dagster.core.ingest.text.read_options import ReadOptions

    pairs = [(path, file.name) for path, file in zip(files, upload.files, strict=True)]
    settings = upload.settings
    options = ReadOptions(read=settings.read, parts_of_one_table=upload.source is not None)
    snapshot = ingest_files(pairs, out, limits, settings.columns, options, key)
    return snapshot.model_copy(update={"read": settings.read})


def ingest_as_text(
    file: Path,
    name: str,
    out: Path,
    limits: IngestLimits = DEFAULT_LIMITS,
    read: ReadSetting | None = None,
) -> TextTable:
    r"""Read one file and write it as plain CSV, with rows and values as the text in the file.

    Args:
        file: The file to read.
        name: Its name, a hint to the format.
        out: Empty folder for `data.csv`, which has a header only if the file has one.
        read: How a text file is read, where the detection errs.
        limits: Resource limits.

    Returns:
        How the file was read, and the CSV.

    Example:
        >>> from tempfile import mkdtemp
        >>> folder, out = Path(mkdtemp()), Path(mkdtemp())
        >>> _ = (folder / "a.csv").write_text("name;age\nAnn;034\nBob;041\n")
        >>> ingest_as_text(folder / "a.csv", "a.csv", out).header
        ['name', 'age']
        >>> (out / "data.csv").read_text().splitlines()[1]
        'Ann,034'
    """
    from pipeweave_dagster.core.ingest.as_text import write_text

    return write_text(file, name, out, limits, read)


def read_aligned(  # noqa: PLR0913, PLR0917 - called by keyword, over the process boundary
    file: Path,
    name: str,
    columns: list[SnapshotColumn],
    out: Path,
    limits: IngestLimits = DEFAULT_LIMITS,
    matcher: ColumnMatcher = BY_NAME_ALONE,
    reads: Sequence[ReadSetting | None] = (None,),
    key: SecretStr | None = None,
) -> DatasetSnapshot:
    r"""Read a batch to predict with the types of the training columns; no row is ever dropped.

    Args:
        file: The batch.
        name: Its name, a hint to the format.
        columns: The required columns of the training snapshot.
        out: Empty folder for `data.parquet`, with the rows in file order.
        limits: Resource limits.
        matcher: Names of all columns of the training snapshot and its target. A batch without a
            header has these columns, or all but the target, or the required ones. Columns to keep
            are stored as text under their names in the training table.
        reads: How a text file is read: the first of these with which the batch has a column of the
            training table, else the last. None detects it.
        key: The key of hashed columns.

    Returns:
        The snapshot. Absent columns are listed in `notes`; values that do not match the training
        type are missing, and counted in a note; further columns are kept.

    Raises:
        PipeWeaveError: `VALIDATION_ERROR` for a file that is not a table, or has no header and
            another number of columns, or without the key that training columns were hashed with.

    Example:
        >>> from tempfile import mkdtemp
        >>> folder, out = Path(mkdtemp()), Path(mkdtemp())
        >>> _ = (folder / "batch.csv").write_text("Age,name\n50,Dee\n?,Eve\n")
        >>> age = SnapshotColumn(name="age", original_name="age", type="integer", missing=0)
        >>> snapshot = read_aligned(folder / "batch.csv", "batch.csv", [age], out)
        >>> [(c.name, c.type, c.missing) for c in snapshot.columns]
        [('age', 'integer', 1), ('name', 'text', 0)]
    """
    from pipeweave_dagster.core.ingest.aligned_batch import read_batch

    return read_batch(file, name, columns, out, limits, matcher, reads, key)


def locate_row(
    file: Path,
    name: str,
    row: int,
    columns: list[SnapshotColumn],
    limits: IngestLimits,
    matcher: ColumnMatcher,
    reads: Sequence[ReadSetting | None],
) -> RowPlace:
    """Find a row of a batch in its file; the other arguments are those of `read_aligned`.

    Args:
        file: The batch; its folder receives temporary files.
        name: Its name.
        row: Number of the row, from 0.
        columns: The required columns of the training snapshot.
        limits: Resource limits.
        matcher: How its columns are matched.
        reads: How it is read.

    Raises:
        PipeWeaveError: NOT_FOUND if it has fewer rows.
    """
    from pipeweave_dagster.core.ingest.row_search import find_row

    return find_row(file, name, row, columns, limits, matcher, reads)
