"""How further rows of a sampled table become training rows: the same on disk and on a cluster.

No row that the search evaluates on is among them: test rows are excluded by the same rule as in the
sample (so they stay unseen over versions of a table), validation rows by their keys. Sampled
training rows are not prepared again but taken from the fold, since their target means are
cross-fitted.
"""

from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray
from scipy import sparse

from pipeweave_dagster.core.documents import PipelineSpec
from pipeweave_dagster.core.metrics.metrics import Array
from pipeweave_dagster.core.model.exact_numbers import exact_frame
from pipeweave_dagster.core.model.frame_entry import FrameEntry
from pipeweave_dagster.core.model.prepare_features import prepare
from pipeweave_dagster.core.training.data.cross_features import with_crosses
from pipeweave_dagster.core.training.data.fold_features import FoldData
from pipeweave_dagster.core.training.data.input_table import Table, encode_further_targets
from pipeweave_dagster.core.training.data.split import Index, keeps_copies_together
from pipeweave_dagster.core.training.data.split_frame import split_frame
from pipeweave_dagster.core.training.data.split_keys import Keys, content_keys, group_keys
from pipeweave_dagster.core.training.data.training_set import TrainingSet


class TrainingRows(NamedTuple):
    """Features (float32, shape rows x features), targets, and weights or None."""

    x: NDArray[np.float32]
    y: Array
    weight: Array | None


@dataclass(frozen=True)
class RowPreparation:
    """Everything that preparing further rows needs, without the rows of the sample.

    Attributes:
        spec: The pipeline.
        table: The facts of the sample on target and weight; without its rows.
        frame: How raw columns become features.
        crosses: Feature crosses of the search.
        transformer: Fitted on the training rows of the fold.
        known: Codes of the classes among them.
        excluded: Keys of test and validation rows; None if copies are on both sides by nature.
    """

    spec: PipelineSpec
    table: Table
    frame: list[FrameEntry]
    crosses: list[FrameEntry]
    transformer: Any
    known: Index
    excluded: Keys | None

    def __call__(self, batch: pa.RecordBatch | pa.Table, start: int) -> TrainingRows | None:
        """Return the training rows of a batch that are not in the sample; None if there are none.

        Args:
            batch: Rows of the typed table, with the columns of fitting.
            start: Position of the first of them in the table.
        """
        raw = exact_frame(batch)
        rows, y, weight = self._usable(raw, start)
        if not len(rows):
            return None
        features = prepare(raw.iloc[rows], self.frame)
        features = with_crosses(features, self.crosses) if self.crosses else features
        return TrainingRows(_single(self.transformer.transform(features)), y, weight)

    def _usable(self, raw: pd.DataFrame, start: int) -> tuple[Index, Array, Array | None]:
        y, weight, known = encode_further_targets(self.spec, self.table, raw)
        places = np.arange(start, start + len(raw))
        known &= ~_among(places, self.table.positions) & ~np.isin(places, self.table.sums)
        if self.table.classes:
            known &= np.isin(y, self.known)
        rows = np.flatnonzero(known)
        if self.excluded is not None:
            keys = _keys(self.spec, self.frame, raw.iloc[rows])
            tested = keys / 2.0**64 < self.spec.split.test_share
            rows = rows[~(tested | np.isin(keys, self.excluded))]
        y = np.searchsorted(self.known, y[rows]).astype(float) if self.table.classes else y[rows]
        return rows, y, None if weight is None else weight[rows]


def preparation_of(
    training_set: TrainingSet, crosses: list[FrameEntry], fold: FoldData
) -> RowPreparation:
    """Return the preparation of the rows that were left out of the sample.

    Args:
        training_set: The sample, and the frame of features.
        crosses: Feature crosses of the search.
        fold: The fold whose fitted transformer is used, and whose validation rows stay unseen.
    """
    table, none = training_set.table, np.zeros(0)
    facts = replace(
        table, raw=table.raw[:0], y=none, weight=None, divider=None,
        sensitive=table.sensitive[:0], row_id=None,
    )  # fmt: skip
    return RowPreparation(
        training_set.spec, facts, training_set.frame, crosses, fold.transformer, fold.known,
        _evaluation_keys(training_set, fold),
    )  # fmt: skip


def sampled_rows(fold: FoldData) -> TrainingRows:
    """Return the training rows of the sample as the fold has them."""
    return TrainingRows(_single(fold.x), fold.y, fold.weight)


def _evaluation_keys(training_set: TrainingSet, fold: FoldData) -> Keys | None:
    split, table = training_set.split, training_set.table
    if training_set.spec.split.kind == "hash" and not keeps_copies_together(split):
        return None
    rows = np.union1d(split.train[fold.valid], split.test)
    raw, divider = table.raw.iloc[rows], table.divider
    if divider is not None:
        raw = raw.assign(**{str(divider.name): divider[rows]})
    return _keys(training_set.spec, training_set.frame, raw)


def _keys(pipeline: PipelineSpec, frame: list[FrameEntry], raw: pd.DataFrame) -> Keys:
    split = pipeline.split
    features = prepare(raw, split_frame(pipeline, frame))
    if split.kind == "group" and split.column is not None:
        return group_keys(raw[split.column], features)
    return content_keys(features)


def _among(values: Index, ordered: Index) -> NDArray[np.bool_]:
    at = np.minimum(np.searchsorted(ordered, values), len(ordered) - 1)
    return np.asarray(ordered[at] == values)


def _single(x: Any) -> NDArray[np.float32]:
    dense = x.toarray() if sparse.issparse(x) else np.asarray(x)
    return np.ascontiguousarray(dense, dtype=np.float32)
