"""Compare a new model with the champion on rows that neither has learned from."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from pipeweave_dagster.core.documents import Comparison, TrainedModel
from pipeweave_dagster.core.evaluation.model_changes import changes_from
from pipeweave_dagster.core.metrics.metrics import Array, Codes, weights_of
from pipeweave_dagster.core.metrics.paired_test import paired
from pipeweave_dagster.core.metrics.scored_test import ScoredTest, read_scored_test
from pipeweave_dagster.core.model.bundle_scores import score
from pipeweave_dagster.core.model.exact_numbers import exact_frame
from pipeweave_dagster.core.model.stored_model import load_model
from pipeweave_dagster.core.model.test_row_columns import (
    FEATURE_PREFIX,
    ROW,
    ROW_ID,
    output_columns,
)
from pipeweave_dagster.core.training.data.row_identity import common_keys, matched

_FEWEST_CLASSES = 2
_MOST_CELLS = 10_000_000
"""A larger table of the champion is not searched for the rows of the new one."""


class Contender(NamedTuple):
    """A model with its test rows, and what is needed to score other rows with it.

    Attributes:
        trained: The document of the model.
        test_rows: Its test rows file.
        table: The typed table that it was trained with; None if that was not kept.
        model: The model file that was evaluated.
    """

    trained: TrainedModel
    test_rows: Path
    table: Path | None = None
    model: Path | None = None


class _Pairs(NamedTuple):
    """Positions among the test rows of the new model, and the champion's outputs for them."""

    rows: Codes
    output: Array


def run_comparison(new: Contender, champion: Contender, other: str) -> Comparison:
    """See `pipeweave_dagster.core.evaluation.compare`."""
    changes = changes_from(champion.trained, new.trained)
    nothing = Comparison(
        other=other,
        rows=0,
        verdict="not compared",
        changes=changes.sentences,
        obstacle=changes.obstacle,
    )
    common = [c for c in new.trained.classes if c in champion.trained.classes]
    if changes.incomparable or (new.trained.classes and len(common) < _FEWEST_CLASSES):
        return nothing
    ours = read_scored_test(new.trained, new.test_rows)
    pairs = _with_unseen(new, champion, _shared(new, champion, ours))
    if not len(pairs.rows):
        return nothing
    y, first, second, kept = _of_common_classes(new, champion, ours, pairs, common)
    of_pairs = pairs.rows[kept]
    weight = weights_of(ours.weight, of_pairs)
    cluster = None if ours.cluster is None else ours.cluster[of_pairs]
    found = paired(new.trained.metric, y, first, second, other, weight=weight, cluster=cluster)
    facts = {"changes": changes.sentences, "obstacle": changes.obstacle, "of": len(ours.y)}
    return found.model_copy(update=facts)


def _shared(new: Contender, champion: Contender, ours: ScoredTest) -> _Pairs:
    """Return the test rows that both have, with the outputs that the champion had for them."""
    theirs = read_scored_test(champion.trained, champion.test_rows)
    keys = common_keys(_identities(new, champion, ours), _identities(champion, new, theirs))
    if keys is None:
        return _Pairs(np.empty(0, dtype=np.intp), theirs.output[:0])
    mine, other_rows = matched(*keys)
    return _Pairs(mine, theirs.output[other_rows])


def _identities(own: Contender, other: Contender, scored: ScoredTest) -> pd.DataFrame:
    """Return what identifies test rows: the declared id if both have it, else all there is."""
    ids = [pq.read_schema(c.test_rows).names for c in (own, other)]
    if all(ROW_ID in names for names in ids):
        return exact_frame(pq.read_table(own.test_rows, columns=[ROW_ID]))
    classes = np.array(scored.classes, dtype=object)
    truth = classes[scored.y.astype(np.intp)] if scored.classes else scored.y
    return scored.features.assign(**{FEATURE_PREFIX: truth})


def _with_unseen(new: Contender, champion: Contender, shared: _Pairs) -> _Pairs:
    """Add test rows that the champion's table does not have, scored by the champion now."""
    rows = _unseen(new, champion)
    rows = np.setdiff1d(rows, shared.rows)
    if not len(rows) or new.table is None or champion.model is None:
        return shared
    positions = pq.read_table(new.test_rows, columns=[ROW])[ROW].to_numpy()[rows]
    features = pq.read_table(new.table, columns=champion.trained.features).take(positions)
    scored = score(load_model(champion.model), exact_frame(features))
    output = scored[output_columns(champion.trained.classes)].to_numpy(dtype=np.float64)
    output = output if champion.trained.classes else output[:, 0]
    return _Pairs(
        np.concatenate([shared.rows, rows]), np.concatenate([shared.output, output], axis=0)
    )


def _unseen(new: Contender, champion: Contender) -> Codes:
    """Return the positions of test rows that the champion cannot have learned from.

    There are none where that is not known, or where the champion's columns are gone: without them
    it would be judged by rows that it was not made for.
    """
    nothing: Codes = np.empty(0, dtype=np.intp)
    sampled = new.trained.sampled_of or champion.trained.sampled_of
    if new.table is None or champion.table is None or champion.model is None or sampled:
        return nothing
    if ROW not in pq.read_schema(new.test_rows).names:
        return nothing
    names, before = (pq.read_schema(table).names for table in (new.table, champion.table))
    if not {*champion.trained.features} <= {*names}:
        return nothing
    common = [name for name in names if name in before]
    if pq.read_metadata(champion.table).num_rows * len(common) > _MOST_CELLS:
        return nothing
    positions = pq.read_table(new.test_rows, columns=[ROW])[ROW].to_numpy()
    own = exact_frame(pq.read_table(new.table, columns=common).take(positions))
    keys = common_keys(own, exact_frame(pq.read_table(champion.table, columns=common)))
    return nothing if keys is None else np.flatnonzero(~np.isin(*keys))


def _of_common_classes(
    new: Contender, champion: Contender, ours: ScoredTest, pairs: _Pairs, common: list[str]
) -> tuple[Array | Codes, Array, Array, Codes]:
    """Return truth and both outputs over the classes that both predict, and the rows kept."""
    y, first, second = ours.y[pairs.rows], ours.output[pairs.rows], pairs.output
    if not common:
        return y, first, second, np.arange(len(y))
    labels = np.array([common.index(c) if c in common else -1 for c in new.trained.classes])
    codes = labels[y.astype(np.intp)]
    kept = np.flatnonzero(codes >= 0)
    outputs = [
        _renormalised(output[kept], [classes.index(c) for c in common])
        for output, classes in (
            (first, new.trained.classes),
            (second, champion.trained.classes),
        )
    ]
    return codes[kept], outputs[0], outputs[1], kept


def _renormalised(proba: Array, columns: list[int]) -> Array:
    part = proba[:, columns]
    if len(columns) == proba.shape[1]:
        return part
    total = part.sum(axis=1, keepdims=True)
    return np.where(total > 0, part / np.where(total > 0, total, 1.0), 1.0 / len(columns))
