"""Lines that close a large batch, which is read part by part."""

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path

from pipeweave_dagster.core.ingest.text.closing_lines import without_closing_lines
from pipeweave_dagster.core.ingest.text.records import Record
from pipeweave_dagster.core.ingest.text.text_dialect import TextDialect
from pipeweave_dagster.core.model.closing_lines import MOST_CLOSING, RowsAbove, is_blank

_TAIL_BYTES = 64 * 1024


def may_close(path: Path, dialect: TextDialect) -> bool:
    """Return whether the last line of a file has one filled field, as lines below a table do.

    It may be a row as well: what stands above decides. Nothing but the end of the file is read.
    """
    delimiter = dialect.delimiter
    if delimiter is None or len(delimiter) != 1:
        return True
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _TAIL_BYTES))
        lines = file.read().decode("utf-8", "replace").splitlines()
    last = next((line for line in reversed(lines) if not is_blank([line])), "")
    quote = dialect.quote or '"'
    reader = csv.reader(
        [last],
        delimiter=delimiter,
        quotechar=quote,
        quoting=csv.QUOTE_MINIMAL if dialect.quote else csv.QUOTE_NONE,
    )
    fields = next(reader, [])
    return is_blank(fields[1:])


class BatchEnd:
    """Passes on the rows of a batch, and holds back lines that close it.

    Attributes:
        notes: What was held back; known once all rows were passed on.
    """

    def __init__(self, width: int) -> None:
        self._width = width
        self.notes: list[str] = []

    def rows(self, blocks: Iterable[list[Record]]) -> Iterator[list[Record]]:
        """Yield the rows of blocks, in order, the last ones of each with those of the next."""
        above, held = RowsAbove(), list[Record]()
        for block in blocks:
            ready = [*held, *block]
            ready, held = ready[:-MOST_CLOSING], ready[-MOST_CLOSING:]
            above = above.and_below([record.fields for record in ready], self._width)
            yield ready
        rows, self.notes = without_closing_lines(held, self._width, above)
        yield rows
