"""All rows of a table that was sampled: prepared block by block, and kept as files."""

import time
from pathlib import Path
from typing import NamedTuple

import numpy as np

from pipeweave_dagster.core.training.data.limits import DataLimits
from pipeweave_dagster.core.training.data.table_reading import batches, fit_columns
from pipeweave_dagster.core.training.out_of_core.row_preparation import (
    RowPreparation,
    TrainingRows,
)
from pipeweave_dagster.core.training.search.fit_timeout import FitTimeoutError


class Block(NamedTuple):
    """The files of one block: features (float32), targets, and weights if rows have any."""

    x: Path
    y: Path
    weight: Path | None


def write_blocks(
    preparation: RowPreparation,
    sample: TrainingRows,
    data: Path,
    folder: Path,
    deadline: float,
    limits: DataLimits,
) -> list[Block]:
    """Prepare all rows that fitting may use; time linear in rows, memory of one block.

    Args:
        preparation: How rows are prepared, and which are left out.
        sample: The training rows of the sample.
        data: The typed table (Parquet).
        folder: Empty; gets the files.
        deadline: `time.monotonic()` by which preparing and boosting must be done.
        limits: Rows that are read at a time, and the share of the time for preparing.

    Raises:
        FitTimeoutError: If preparing alone would take more than half of the time.
    """
    blocks = [_write(folder, 0, sample)]
    total = preparation.table.total
    began, done = time.monotonic(), 0
    for start, batch in batches(data, fit_columns(preparation.spec), limits):
        if rows := preparation(batch, start):
            blocks.append(_write(folder, len(blocks), rows))
        done += batch.num_rows
        expected = (time.monotonic() - began) * total / done
        if began + expected > time.monotonic() + limits.preparation_part * (deadline - began):
            raise FitTimeoutError(
                f"preparing {total:,} rows would take {expected:.0f} s, more than half of the "
                f"{deadline - began:.0f} s that were left"
            )
    return blocks


def count_rows(blocks: list[Block]) -> int:
    """Return how many rows there are in all."""
    return sum(len(np.load(block.y, mmap_mode="r")) for block in blocks)


def _write(folder: Path, number: int, rows: TrainingRows) -> Block:
    paths = [folder / f"{number}.{part}.npy" for part in ("x", "y", "weight")]
    np.save(paths[0], rows.x, allow_pickle=False)
    np.save(paths[1], rows.y, allow_pickle=False)
    if rows.weight is not None:
        np.save(paths[2], rows.weight, allow_pickle=False)
    return Block(paths[0], paths[1], None if rows.weight is None else paths[2])
