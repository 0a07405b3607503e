"""All rows of a table that was sampled: prepared block by block, and kept as files.

A block never holds a row that the search judges by: test rows go by the same rule as in the
sample (so they stay unseen over versions of a table), rows of the validation part by their keys.
Sampled training rows are not read again but taken as the fold has them, for their target means
are cross-fitted.
"""

import time
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from pipeweave_dagster.core.metrics.metrics import Array
from pipeweave_dagster.core.model.serving import FrameEntry, prepare
from pipeweave_dagster.core.training.data.cross_features import with_crosses
from pipeweave_dagster.core.training.data.fold_features import FoldData
from pipeweave_dagster.core.training.data.input_table import (
    Index,
    batches,
    columns_of,
    encode_targets,
)
from pipeweave_dagster.core.training.data.split import (
    group_keys,
    keeps_duplicates_together,
    side_keys,
)
from pipeweave_dagster.core.training.data.training_set import TrainingSet, dividing
from pipeweave_dagster.core.training.search.fit_timeout import FitTimeoutError

_MOST_OF_TIME = 0.5
"""Preparing the rows may take that part of the time, for boosting is what they are prepared for."""


class Block(NamedTuple):
    """The files of one block: features (float32), targets, and weights if rows have any."""

    x: Path
    y: Path
    weight: Path | None


def write_blocks(
    training_set: TrainingSet,
    crosses: list[FrameEntry],
    fold: FoldData,
    data: Path,
    folder: Path,
    deadline: float,
) -> list[Block]:
    """Prepare all rows that fitting may see; linear in rows, memory of one block.

    Args:
        training_set: The sample, and the plan of features.
        crosses: Feature crosses of the search.
        fold: The fold whose fitted transformer is used, and whose validation part stays unseen.
        data: The typed table (Parquet).
        folder: Empty; gets the files.
        deadline: `time.time()` until which blocks and boosting must be done.

    Raises:
        FitTimeoutError: If writing alone would take more than half of the time.
    """
    blocks = [_write(folder, 0, fold.x, fold.y, fold.weight)]
    judged = _judged(training_set, fold)
    began, done = time.time(), 0
    for start, batch in batches(data, columns_of(training_set.spec)):
        raw = batch.to_pandas()
        chosen, y, weight = _new_rows(training_set, fold, raw, start, judged)
        if len(chosen):
            features = prepare(raw.iloc[chosen], training_set.frame)
            x = fold.transformer.transform(with_crosses(features, crosses) if crosses else features)
            blocks.append(_write(folder, len(blocks), x, y, weight))
        done += len(raw)
        expected = (time.time() - began) * training_set.table.total / done
        if began + expected > time.time() + _MOST_OF_TIME * (deadline - began):
            raise FitTimeoutError(
                f"preparing {training_set.table.total:,} rows would take {expected:.0f} s, more "
                f"than half of the {deadline - began:.0f} s that were left"
            )
    return blocks


def rows_of(blocks: list[Block]) -> int:
    """How many rows there are in all."""
    return sum(len(np.load(block.y, mmap_mode="r")) for block in blocks)


def _new_rows(
    training_set: TrainingSet,
    fold: FoldData,
    raw: pd.DataFrame,
    start: int,
    judged: NDArray[np.uint64] | None,
) -> tuple[Index, Array, Array | None]:
    """Which rows of a batch are new to the sample and may be learned from; targets, weights."""
    y, weight, known = encode_targets(training_set.spec, training_set.table, raw)
    known &= ~_among(np.arange(start, start + len(raw)), training_set.table.positions)
    if training_set.table.classes:
        known &= np.isin(y, fold.known)
    chosen = np.flatnonzero(known)
    if judged is not None:
        keys = _keys(training_set, raw.iloc[chosen])
        test = keys / 2.0**64 < training_set.spec.split.test_share
        chosen = chosen[~(test | np.isin(keys, judged))]
    y = (
        np.searchsorted(fold.known, y[chosen]).astype(float)
        if training_set.table.classes
        else y[chosen]
    )
    return chosen, y, None if weight is None else weight[chosen]


def _judged(training_set: TrainingSet, fold: FoldData) -> NDArray[np.uint64] | None:
    """Keys of the rows that are judged on; None where copies are on both sides by nature."""
    if training_set.spec.split.kind == "hash" and not keeps_duplicates_together(training_set.split):
        return None
    rows = np.union1d(training_set.split.train[fold.valid], training_set.split.test)
    raw = training_set.table.raw.iloc[rows]
    divider = training_set.table.divider
    return _keys(
        training_set, raw if divider is None else raw.assign(**{str(divider.name): divider[rows]})
    )


def _keys(training_set: TrainingSet, raw: pd.DataFrame) -> NDArray[np.uint64]:
    spec = training_set.spec.split
    features = prepare(raw, dividing(training_set.spec, training_set.frame))
    if spec.kind == "group" and spec.column is not None:
        return group_keys(raw[spec.column], features)
    return side_keys(features)


def _among(values: Index, ordered: Index) -> NDArray[np.bool_]:
    at = np.minimum(np.searchsorted(ordered, values), len(ordered) - 1)
    return np.asarray(ordered[at] == values)


def _write(folder: Path, number: int, x: Any, y: Array, weight: Array | None) -> Block:
    paths = [folder / f"{number}.{part}.npy" for part in ("x", "y", "weight")]
    dense = x.toarray() if sparse.issparse(x) else np.asarray(x)
    np.save(paths[0], dense.astype(np.float32), allow_pickle=False)
    np.save(paths[1], y, allow_pickle=False)
    if weight is not None:
        np.save(paths[2], weight, allow_pickle=False)
    return Block(paths[0], paths[1], None if weight is None else paths[2])
