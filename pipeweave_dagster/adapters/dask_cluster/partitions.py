"""The rows of a table as partitions in the memory of a cluster's workers."""

import asyncio
import time
from typing import Any, NamedTuple, cast

from pipeweave_dagster.adapters.dask_cluster.table_source import (
    RowGroup,
    read_row_group,
    row_groups,
)
from pipeweave_dagster.core.training.data.table_reading import fit_columns
from pipeweave_dagster.core.training.out_of_core.engine import AllRowsJob
from pipeweave_dagster.core.training.out_of_core.row_preparation import RowPreparation, TrainingRows
from pipeweave_dagster.core.training.search.fit_timeout import FitTimeoutError


class PartitionedRows(NamedTuple):
    """Dask arrays of features, targets and weights, how many rows, and on how many workers."""

    x: Any
    y: Any
    weight: Any
    total: int
    workers: int


async def partitioned_rows(client: Any, table: str, job: AllRowsJob) -> PartitionedRows:
    """Let the workers read and prepare all row groups, and add the rows of the sample.

    Raises:
        FitTimeoutError: If preparing takes more than its share of the time.
    """
    groups = await client.submit(row_groups, table, pure=False)
    preparation = await client.scatter(job.preparation, broadcast=True, hash=False)
    columns = fit_columns(job.preparation.spec)
    parts = [
        client.submit(_prepared, table, RowGroup(*group), columns, preparation, pure=False)
        for group in groups
    ]
    sizes = await _within_share(client.gather(client.map(_size, parts, pure=False)), job)
    (sample,) = await client.scatter([job.sample], hash=False)  # a tuple would be taken apart
    kept = [(part, size) for part, size in zip(parts, sizes, strict=True) if size]
    workers = len(await client.ncores())
    return _arrays([(sample, len(job.sample.y)), *kept], job, workers)


def _prepared(
    table: str, group: RowGroup, columns: list[str], preparation: RowPreparation
) -> TrainingRows | None:
    return preparation(read_row_group(table, group.number, columns), group.start)


def _size(rows: TrainingRows | None) -> int:
    return 0 if rows is None else len(rows.y)


async def _within_share(work: Any, job: AllRowsJob) -> list[int]:
    left_s = job.limits.preparation_part * (job.deadline - time.monotonic())
    try:
        async with asyncio.timeout(left_s):
            return list(await work)
    except TimeoutError as error:
        raise FitTimeoutError(
            f"the Dask cluster did not prepare the rows within {left_s:.0f} s, half of the time"
        ) from error


def _arrays(parts: list[tuple[Any, int]], job: AllRowsJob, workers: int) -> PartitionedRows:
    width = job.sample.x.shape[1]
    weighted = job.sample.weight is not None
    return PartitionedRows(
        x=_stacked(parts, "x", "float32", width),
        y=_stacked(parts, "y", "float64"),
        weight=_stacked(parts, "weight", "float64") if weighted else None,
        total=sum(size for _, size in parts),
        workers=workers,
    )


def _stacked(parts: list[tuple[Any, int]], name: str, dtype: str, *further: int) -> Any:
    """Return one field of all partitions as a Dask array, which stays where they are."""
    import dask

    array, delayed = _arrays_of_dask(), cast(Any, dask).delayed
    pieces = [
        array.from_delayed(delayed(getattr)(part, name), (size, *further), dtype=dtype)
        for part, size in parts
    ]
    return array.concatenate(pieces)


def in_chunks(values: Any, rows: int) -> Any:
    """Return an array of this machine as a Dask array of so many rows in each chunk."""
    return _arrays_of_dask().from_array(values, chunks=(rows, *values.shape[1:]))


def _arrays_of_dask() -> Any:
    import dask.array

    return dask.array
