"""All rows of a table that was sampled: prepared block by block, and kept as files.

A block never holds a row that the search evaluates on: test rows are excluded by the same rule as
in the sample (so they stay unseen over versions of a table), validation rows by their keys.
Sampled training rows are not read again but taken from the fold, since their target means are
cross-fitted.
"""

import time
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from pipeweave_dagster.core.metrics.metrics import Array
from pipeweave_dagster.core.model.serving import FrameEntry, exact_frame, prepare
from pipeweave_dagster.core.training.data.cross_features import with_crosses
from pipeweave_dagster.core.training.data.fold_features import FoldData
from pipeweave_dagster.core.training.data.input_table import encode_further_targets
from pipeweave_dagster.core.training.data.split import Index, keeps_copies_together
from pipeweave_dagster.core.training.data.split_frame import split_frame
from pipeweave_dagster.core.training.data.split_keys import Keys, content_keys, group_keys
from pipeweave_dagster.core.training.data.table_reading import batches, fit_columns
from pipeweave_dagster.core.training.data.training_set import TrainingSet
from pipeweave_dagster.core.training.search.fit_timeout import FitTimeoutError


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
    """Prepare all rows that fitting may use; time linear in rows, memory of one block.

    Args:
        training_set: The sample, and the frame of features.
        crosses: Feature crosses of the search.
        fold: The fold whose fitted transformer is used, and whose validation rows stay unseen.
        data: The typed table (Parquet).
        folder: Empty; gets the files.
        deadline: `time.monotonic()` by which preparing and boosting must be done.

    Raises:
        FitTimeoutError: If preparing alone would take more than half of the time.
    """
    blocks = [_write(folder, 0, fold.x, fold.y, fold.weight)]
    excluded = _evaluation_keys(training_set, fold)
    total, limits = training_set.table.total, training_set.limits
    began, done = time.monotonic(), 0
    for start, batch in batches(data, fit_columns(training_set.spec), limits):
        raw = exact_frame(batch)
        rows, y, weight = _new_rows(training_set, fold, raw, start, excluded)
        if len(rows):
            features = prepare(raw.iloc[rows], training_set.frame)
            features = with_crosses(features, crosses) if crosses else features
            x = fold.transformer.transform(features)
            blocks.append(_write(folder, len(blocks), x, y, weight))
        done += len(raw)
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


def _new_rows(
    training_set: TrainingSet,
    fold: FoldData,
    raw: pd.DataFrame,
    start: int,
    excluded: Keys | None,
) -> tuple[Index, Array, Array | None]:
    """Return the training rows of a batch that are not in the sample; their targets and weights."""
    table, share = training_set.table, training_set.spec.split.test_share
    y, weight, known = encode_further_targets(training_set.spec, table, raw)
    known &= ~_among(np.arange(start, start + len(raw)), table.positions)
    if table.classes:
        known &= np.isin(y, fold.known)
    rows = np.flatnonzero(known)
    if excluded is not None:
        keys = _keys(training_set, raw.iloc[rows])
        rows = rows[~((keys / 2.0**64 < share) | np.isin(keys, excluded))]
    y = np.searchsorted(fold.known, y[rows]).astype(float) if table.classes else y[rows]
    return rows, y, None if weight is None else weight[rows]


def _evaluation_keys(training_set: TrainingSet, fold: FoldData) -> Keys | None:
    """Return the keys of test and validation rows; None if copies are on both sides by nature."""
    split, table = training_set.split, training_set.table
    if training_set.spec.split.kind == "hash" and not keeps_copies_together(split):
        return None
    rows = np.union1d(split.train[fold.valid], split.test)
    raw, divider = table.raw.iloc[rows], table.divider
    if divider is not None:
        raw = raw.assign(**{str(divider.name): divider[rows]})
    return _keys(training_set, raw)


def _keys(training_set: TrainingSet, raw: pd.DataFrame) -> Keys:
    spec = training_set.spec.split
    features = prepare(raw, split_frame(training_set.spec, training_set.frame))
    if spec.kind == "group" and spec.column is not None:
        return group_keys(raw[spec.column], features)
    return content_keys(features)


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
