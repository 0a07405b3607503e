"""How many rows of a table can be learned from in the memory at hand, foreseen before it is read.

Fitting holds a table several times: as it was read, as features, in the views of the families, in
their own bins, and in the trees. What was measured of that is a multiple of the table's own size.
"""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipeweave_dagster.core.documents import PipelineSpec
from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.pipelines.catalogue import HASHED
from pipeweave_dagster.core.training.data.input_table import columns_read

COPIES = 11.0
"""Measured: see ADR 18. Narrow tables stay below it, by as much as their forests are smaller."""
FIXED_MB = 300.0
"""Libraries that are imported late, one batch of reading, and what does not depend on rows."""
_FEWEST_ROWS = 1_000
_LOOKED_AT = 2_000
_NUMBER, _MOMENT, _TEXT = 8.0, 40.0, 60.0
_OUTPUTS = 24.0
_TEXT_TIMES = 3.0
_MB = 1 << 20


def rows_that_fit(spec: PipelineSpec, data: Path, memory_mb: float | None) -> int | None:
    """How many rows of a table leave room for all that fitting makes of them; None if all do.

    Args:
        spec: The pipeline.
        data: The typed table (Parquet).
        memory_mb: What this process may take beyond what it holds already; None if that is not
            known: then all rows are taken to fit.

    Raises:
        PipeWeaveError: VALIDATION_ERROR where not even 1,000 rows (or all, if there are fewer)
            leave room.
    """
    if memory_mb is None:
        return None
    columns = columns_read(spec)
    with pq.ParquetFile(data) as file:
        total = file.metadata.num_rows
        first = next(file.iter_batches(_LOOKED_AT, columns=columns), None)
    width = sum(map(_width, first.columns)) if first is not None else 0.0
    width += _NUMBER * sum(
        len(s.columns) * int(s.params.get("width", HASHED)) for s in spec.steps if s.use == "hash"
    )
    # Each candidate keeps its answers for all rows, until the mixture is chosen.
    row_bytes = COPIES * width + _OUTPUTS * _NUMBER * max(1, len(spec.classes))
    room = (memory_mb - FIXED_MB) * _MB
    fits = max(0, int(room / max(row_bytes, 1.0)))
    if fits < min(total, _FEWEST_ROWS):
        needed = FIXED_MB + min(total, _FEWEST_ROWS) * row_bytes / _MB
        raise validation_error(
            f"There is too little memory to train: {max(memory_mb, 0):,.0f} MB are free, and "
            f"{min(total, _FEWEST_ROWS):,} rows of {len(columns):,} columns need about "
            f"{needed:,.0f} MB.",
            fix="Give the machine or container more memory, raise PIPEWEAVE_MEMORY_LIMIT_MB if it "
            "is set, run fewer data sets at a time, or leave columns out in pipeweave.yaml.",
            free_mb=round(memory_mb),
            needed_mb=round(needed),
        )
    return None if fits >= total else _rounded(fits)


def _rounded(rows: int) -> int:
    """Two digits, so that a search that was killed finds its trials when a little more is free."""
    unit = int(10 ** max(0, len(str(rows)) - 2))
    return max(rows // unit * unit, min(rows, _FEWEST_ROWS))


def memory_notes(rows_fit: int | None, memory_mb: float | None) -> list[str]:
    """What a reader of the model should know of it: nothing where memory took no row away."""
    if rows_fit is None or memory_mb is None:
        return []
    free = f"More rows would not have fitted into the {memory_mb:,.0f} MB of memory that were free"
    return [f"{free} for training: with more memory it would learn from more of them."]


def _width(column: Any) -> float:
    """Bytes of one value of a column while it is prepared."""
    kind = column.type
    if pa.types.is_dictionary(kind) or pa.types.is_string(kind) or pa.types.is_large_string(kind):
        plain = column.dictionary_decode() if pa.types.is_dictionary(kind) else column
        size: int = plain.nbytes
        return _TEXT + _TEXT_TIMES * size / max(1, len(plain))
    return _MOMENT if pa.types.is_temporal(kind) else _NUMBER
