"""How many rows can be learned from in the free memory, estimated before the table is read.

Fitting holds a table several times: as it was read, as features, in the views of the families, in
their own bins, and in the trees. The measured total is a multiple of the table's own size.
"""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipeweave_dagster.core.documents import PipelineSpec
from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.pipelines.catalogue import HASHED
from pipeweave_dagster.core.training.data.table_reading import columns_to_read

COPIES = 11.0
"""Measured: see ADR 18. Narrow tables stay below it, by as much as their forests are smaller."""
FIXED_MB = 300.0
"""Libraries that are imported late, one batch of reading, and what does not depend on rows."""
_MIN_ROWS = 1_000
_PROBED_ROWS = 2_000
_NUMBER_BYTES, _DATETIME_BYTES, _TEXT_BYTES = 8.0, 40.0, 60.0
_OUTPUTS = 24.0
"""Candidates whose out-of-fold output is kept at a time."""
_TEXT_COPIES = 3.0
_MB = 1 << 20


def rows_that_fit(spec: PipelineSpec, data: Path, memory_mb: float | None) -> int | None:
    """Return how many rows can be learned from in the free memory; None if all can.

    Args:
        spec: The pipeline.
        data: The typed table (Parquet).
        memory_mb: What this process may use beyond what it holds already; None if that is not
            known: then all rows are assumed to fit.

    Raises:
        PipeWeaveError: VALIDATION_ERROR if not even 1,000 rows (or all, if there are fewer) fit.
    """
    if memory_mb is None:
        return None
    columns = columns_to_read(spec)
    with pq.ParquetFile(data) as file:
        total = file.metadata.num_rows
        first = next(file.iter_batches(_PROBED_ROWS, columns=columns), None)
    width = sum(map(_bytes_per_value, first.columns)) if first is not None else 0.0
    width += _NUMBER_BYTES * sum(
        len(s.columns) * int(s.params.get("width", HASHED)) for s in spec.steps if s.use == "hash"
    )
    # Each candidate keeps its output for all rows until the ensemble is chosen.
    row_bytes = COPIES * width + _OUTPUTS * _NUMBER_BYTES * max(1, len(spec.classes))
    free_bytes = (memory_mb - FIXED_MB) * _MB
    rows = max(0, int(free_bytes / max(row_bytes, 1.0)))
    least = min(total, _MIN_ROWS)
    if rows < least:
        needed = FIXED_MB + least * row_bytes / _MB
        raise validation_error(
            f"There is too little memory to train: {max(memory_mb, 0):,.0f} MB are free, and "
            f"{least:,} rows of {len(columns):,} columns need about {needed:,.0f} MB.",
            fix="Give the machine or container more memory, raise PIPEWEAVE_MEMORY_LIMIT_MB if it "
            "is set, run fewer data sets at a time, or leave columns out in pipeweave.yaml.",
            free_mb=round(memory_mb),
            needed_mb=round(needed),
        )
    return None if rows >= total else _rounded(rows)


def _rounded(rows: int) -> int:
    """Round down to two digits, so that a resumed search finds its trials."""
    unit = int(10 ** max(0, len(str(rows)) - 2))
    return max(rows // unit * unit, min(rows, _MIN_ROWS))


def memory_notes(rows_fit: int | None, memory_mb: float | None) -> list[str]:
    """Return a note for the reader of the model if the memory limited its rows."""
    if rows_fit is None or memory_mb is None:
        return []
    free = f"More rows would not have fitted into the {memory_mb:,.0f} MB of free memory"
    return [f"{free}: with more memory it would learn from more of them."]


def _bytes_per_value(column: Any) -> float:
    """Return the bytes of one value of a column while it is prepared."""
    kind = column.type
    if pa.types.is_dictionary(kind) or pa.types.is_string(kind) or pa.types.is_large_string(kind):
        plain = column.dictionary_decode() if pa.types.is_dictionary(kind) else column
        size: int = plain.nbytes
        return _TEXT_BYTES + _TEXT_COPIES * size / max(1, len(plain))
    return _DATETIME_BYTES if pa.types.is_temporal(kind) else _NUMBER_BYTES
