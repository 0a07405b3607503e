"""What the caller knows of a file that is read."""

from dataclasses import dataclass

from pipeweave_dagster.core.documents import ReadSetting
from pipeweave_dagster.core.ingest.text.records import Record
from pipeweave_dagster.core.ingest.text.stacked_tables import end_of_first_table


@dataclass(frozen=True)
class ReadOptions:
    """What the caller knows of a file.

    Attributes:
        expected_names: Column names of the training table, which identify the header.
        table: Names of all of its columns.
        keep_all: Whether no row may be dropped, as in a batch to predict.
        read: What the user sets of the file.
        parts_of_one_table: Whether several files are parts of one table that a source wrote.
    """

    expected_names: tuple[str, ...] = ()
    keep_all: bool = False
    read: ReadSetting | None = None
    parts_of_one_table: bool = False
    table: tuple[str, ...] = ()

    def given_rows(self) -> dict[str, int | None]:
        """Return the numbers of header rows and of lines above them, where they are set."""
        return {"header": self.read.header, "skip": self.read.skip} if self.read else {}

    def end_of_table(self, records: list[Record]) -> int | None:
        """Return the number of records above a second table below the lines that are skipped."""
        skip = self.read.skip or 0 if self.read else 0
        end = end_of_first_table(records[skip:])
        return None if end is None else end + skip


DEFAULT_OPTIONS = ReadOptions()
