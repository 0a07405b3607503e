"""Rows that come again: whether a model may answer an exact copy by what was seen before.

In some tables many rows are exact copies, with the same target. Folds keep copies together, so
that scores tell how the model does on *new* rows; but a row to be scored may well be a copy of a
known one, and then what was seen is a better answer than any model's.
"""

import math

import numpy as np
import pandas as pd

from pipeweave_dagster.core.metrics.metrics import Array, row_log_loss
from pipeweave_dagster.core.model.serving import row_keys

_LEAST_SHARE = 0.05
_LEAST_ROWS = 60
_MOST_CELLS = 2_000_000
_TRUSTS = (0.5, 0.7, 0.8, 0.9, 0.95, 0.98)
_CLEARLY = 3.0


def fit_lookup_trust(features: pd.DataFrame, y: Array, oof: Array, classes: int) -> float | None:
    """How far the targets of other copies are to be trusted, against the model; None: not at all.

    Each copied row is answered by the mean of its other copies, and by the model that did not see
    any of them; the mixture with the least loss is taken, if it is clearly better than the model.

    Args:
        features: Prepared features, by which rows are copies of each other.
        y: Class codes or values.
        oof: The model's output for rows that it did not see; NaN where there is none.
        classes: Number of classes; 0 for regression.
    """
    if len(y) * max(classes, 1) > _MOST_CELLS:
        return None
    _, group, counts = np.unique(row_keys(features), return_inverse=True, return_counts=True)
    known = ~np.isnan(oof.reshape(len(y), -1)).any(axis=1)
    copied = np.flatnonzero((counts[group] > 1) & known)
    if len(copied) < max(_LEAST_ROWS, _LEAST_SHARE * len(y)):
        return None
    truth = np.eye(classes)[y.astype(np.intp)] if classes else y[:, None]
    sums = np.zeros((len(counts), truth.shape[1]))
    np.add.at(sums, group, truth)
    others = (sums[group] - truth)[copied] / (counts[group][copied] - 1)[:, None]
    said, own = oof.reshape(len(y), -1)[copied], truth[copied]
    before = _loss(own, said, classes)
    gains = [before - _loss(own, (1 - t) * said + t * others, classes) for t in _TRUSTS]
    best = int(np.argmax([gain.mean() for gain in gains]))
    error = float(np.std(gains[best], ddof=1)) / math.sqrt(len(copied))
    return _TRUSTS[best] if gains[best].mean() > _CLEARLY * error > 0 else None


def _loss(truth: Array, output: Array, classes: int) -> Array:
    if classes:
        return row_log_loss(truth.argmax(axis=1), output)
    return np.asarray((truth - output)[:, 0] ** 2)
