"""Remove the rows of one subject from files and from stored tables.

The functions import their implementation when called, so that importing this package is fast.
"""

from pathlib import Path

from pydantic import BaseModel

from pipeweave_dagster.core.documents import ReadSetting
from pipeweave_dagster.core.ingest import IngestLimits


class RemovedRows(BaseModel):
    """What was removed from a file.

    `columns` are those of the file, `rows` the numbers of the rows that were found, from 0;
    `lines` counts further lines with the subject that are no rows, such as a damaged one below the
    table; `problem` says why the file could not be rewritten, empty if it was, or if nothing was
    found.
    """

    columns: list[str] = []
    rows: list[int] = []
    lines: int = 0
    problem: str = ""

    @property
    def count(self) -> int:
        """How many rows and further lines were found."""
        return len(self.rows) + self.lines


def remove_from_file(
    file: Path,
    name: str,
    column: str,
    value: str,
    target: Path,
    limits: IngestLimits,
    read: ReadSetting | None = None,
) -> RemovedRows:
    """Write a copy of a file without the rows of a subject; everything else stays byte for byte.

    Args:
        file: A table in any format; its folder receives temporary files.
        name: Its name, a hint to the format.
        column: The column that identifies a subject.
        value: The subject; `7`, `7.0` and ` 7` are one.
        target: The copy; written only if rows were found and could be removed.
        limits: Resource limits.
        read: How a text file is read.
    """
    from pipeweave_dagster.core.erasure.files import remove_rows

    return remove_rows(file, name, column, value, target, limits, read)


def remove_from_table(table: Path, column: str, value: str, target: Path) -> list[int]:
    """Write a stored table without the rows of a subject; return their numbers, from 0.

    Nothing is written if there are none, or if the table does not have the column.
    """
    from pipeweave_dagster.core.erasure.tables import without_subject

    return without_subject(table, column, value, target)


def remove_positions(table: Path, gone: list[int], target: Path, column: str = "") -> int:
    """Write a stored table without some rows.

    Args:
        table: The table.
        gone: Numbers of rows, from 0.
        target: The table without them; written only if there are any.
        column: Name of the column that has the numbers of the rows in another table. The numbers of
            the rows that stay become those in that table without the rows. Without a name the rows
            are counted.

    Returns:
        How many rows were removed.
    """
    from pipeweave_dagster.core.erasure.tables import without_positions

    return without_positions(table, gone, target, column)


def remove_records(table: Path, value: str, target: Path) -> int:
    """Write quarantined records without those that have the subject among their cells.

    Returns:
        How many records were removed; nothing is written if there are none.
    """
    from pipeweave_dagster.core.erasure.tables import without_records

    return without_records(table, value, target)


def rewrite_predictions(
    table: Path, gone: list[int], versions: dict[str, str], folder: Path
) -> int:
    """Write `predictions.parquet` and `.csv` without some rows of the batch.

    Args:
        table: The predictions, with the column `row_id`.
        gone: Numbers of the rows of the batch that are removed.
        versions: The new hash of the batch by its old one, for the column `data_sha256`.
        folder: Where both are written.

    Returns:
        How many rows were removed.
    """
    from pipeweave_dagster.core.erasure.tables import rewritten_predictions

    return rewritten_predictions(table, gone, versions, folder)


def remove_equal(table: Path, like: Path, rows: list[int], target: Path) -> int:
    """Write a sample of training rows without those that equal some rows of the typed table.

    Args:
        table: The sample: features, without the column of the subject.
        like: The typed table.
        rows: Numbers of its rows that are removed.
        target: The sample without them; written only if there are any.

    Returns:
        How many rows were removed.
    """
    from pipeweave_dagster.core.erasure.tables import without_equal

    return without_equal(table, like, rows, target)
