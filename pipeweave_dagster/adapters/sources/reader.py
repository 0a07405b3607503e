"""What a pull asks of a database, whatever its kind."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from pipeweave_dagster.core.sources.part_sql import PartState

# `pyarrow.RecordBatch`; pyarrow is imported where it is used.
Batch = Any
Schema = Any


_BATCH_BYTES = 8 << 20
_FEWEST, _FIRST, _MOST = 1, 100, 50_000


class BatchSize:
    """How many rows to fetch at once, so that a batch takes some megabytes, whatever the rows."""

    def __init__(self) -> None:
        self.rows = _FIRST

    def adapt(self, batch: Batch) -> None:
        """Set the size of the next batch by what the rows of this one take."""
        per_row = batch.nbytes / max(1, batch.num_rows)
        wanted = int(_BATCH_BYTES / max(1.0, per_row))
        self.rows = max(_FEWEST, min(wanted, 10 * self.rows, _MOST))


class Reader(Protocol):
    """One read-only session; all its queries see the same state of the database if it can."""

    def definition(self) -> str:
        """Return a text that differs when parts that were read before cannot be kept."""

    def schema(self) -> Schema:
        """Return the Arrow schema of the rows; may need the first batch to be there."""

    def parts(self) -> list[PartState]:
        """Return the parts that there are now, in their order; none without `incremental`."""

    def batches(self, wanted: Sequence[PartState]) -> Iterator[Batch]:
        """Yield the rows as the driver delivers them, ordered by part.

        Behind the columns of the schema are the part's values. Rows of other parts may be among
        them.
        """

    def exact(self, rows: Batch, changed: Counter[str]) -> Batch:
        """Return rows of a batch with the types of the schema.

        Args:
            rows: Rows without the part's values.
            changed: Counts the values that no type holds and that become missing, by what they are.
        """

    def close(self) -> None:
        """End the session."""
