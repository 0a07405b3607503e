"""Where a row is in its file."""

from pipeweave_dagster.core.documents import Part


class RowPlace(Part):
    """Where a row begins: its line (from 1; the number of the row where a file has no lines).

    `values` are its cells as in the file, by column.
    """

    line: int
    values: dict[str, str | None]
