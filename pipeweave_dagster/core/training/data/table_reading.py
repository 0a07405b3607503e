"""Read a typed table from Parquet: which columns, in which batches, and which sample of rows."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from pipeweave_dagster.core.documents import PipelineSpec
from pipeweave_dagster.core.model.exact_numbers import exact_frame
from pipeweave_dagster.core.training.data.fold_assignment import Index
from pipeweave_dagster.core.training.data.limits import DEFAULT_LIMITS, DataLimits


def fit_columns(spec: PipelineSpec) -> list[str]:
    """Return the columns that fitting needs: features, target, weight, and those of the split."""
    extra = [c for c in (spec.target, spec.weight, spec.split.column, spec.split.id) if c]
    return list(dict.fromkeys([*spec.features, *extra, *spec.split.hashed_as]))


def columns_to_read(spec: PipelineSpec) -> list[str]:
    """Return the columns of fitting, and those by whose groups a model is judged."""
    return list(dict.fromkeys([*fit_columns(spec), *spec.sensitive]))


def batches(
    data: Path, columns: list[str], limits: DataLimits = DEFAULT_LIMITS
) -> Iterator[tuple[int, pa.RecordBatch]]:
    """Yield the rows of a table in batches, each with the position of its first row.

    A batch of a wide table has fewer rows, each of which takes more memory.
    """
    rows = limits.batch_cells // max(1, len(columns))
    rows = min(limits.batch_rows, max(limits.min_batch_rows, rows))
    start = 0
    with pq.ParquetFile(data) as file:
        for batch in file.iter_batches(rows, columns=columns):
            yield start, batch
            start += batch.num_rows


def read_sample(
    data: Path, columns: list[str], most_rows: int | None, limits: DataLimits
) -> tuple[pd.DataFrame, Index, int]:
    """Return all rows, or a random sample of as many as are worth their time and memory.

    The whole table is never in memory: rows are taken batch by batch.
    """
    with pq.ParquetFile(data) as file:
        total = file.metadata.num_rows
        most = max(limits.min_sample_rows, limits.max_cells // len(columns))
        most = min(most, most_rows or total)
        if total <= most:
            return exact_frame(file.read(columns=columns)), np.arange(total), total
    positions = np.sort(np.random.default_rng(0).permutation(total)[:most])
    taken = []
    for start, batch in batches(data, columns, limits):
        low, high = np.searchsorted(positions, [start, start + batch.num_rows])
        taken.append(batch.take(positions[low:high] - start))
    return exact_frame(pa.Table.from_batches(taken)), positions, total
