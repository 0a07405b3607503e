"""Tables that take few bytes in a file, and many in memory: equal values, empty rows, runs."""

from collections.abc import Callable, Iterator, Sequence
from operator import attrgetter

import pyarrow as pa

from pipeweave_dagster.core.ingest.base.limits import IngestLimits, decompresses_too_far


def check_cells(name: str, rows: int, widths: Sequence[int], limits: IngestLimits) -> None:
    """Refuse a table whose columns take more bytes than a file may decompress to.

    Args:
        name: What to call it.
        rows: Number of rows.
        widths: The least bytes that a value of each column takes.
        limits: Resource limits.

    Raises:
        PipeWeaveError: `VALIDATION_ERROR` with the limit.
    """
    if rows * sum(widths) > limits.max_uncompressed_bytes:
        raise decompresses_too_far(name, limits.max_uncompressed_bytes)


def least_widths(schema: pa.Schema) -> list[int]:
    """Return the least bytes that a value of each column takes once it is stored."""
    return [1 if pa.types.is_boolean(field.type) else 8 for field in schema]


def bounded(
    batches: Iterator[pa.RecordBatch],
    name: str,
    schema: pa.Schema,
    limits: IngestLimits,
    bytes_of: Callable[[pa.RecordBatch], int] = attrgetter("nbytes"),
) -> Iterator[pa.RecordBatch]:
    """Yield batches as long as all of them together do not decompress too far.

    Args:
        batches: The batches.
        name: What to call the table.
        schema: Its columns.
        limits: Resource limits.
        bytes_of: Returns the bytes of a batch.

    Raises:
        PipeWeaveError: `VALIDATION_ERROR` with the limit.
    """
    rows = size = 0
    widths = least_widths(schema)
    for batch in batches:
        rows += batch.num_rows
        size += bytes_of(batch)
        check_cells(name, rows, widths, limits)
        if size > limits.max_uncompressed_bytes:
            raise decompresses_too_far(name, limits.max_uncompressed_bytes)
        yield batch
