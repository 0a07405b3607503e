"""Duplicate rows: whether a model may predict an exact copy from the targets seen before.

In some tables many rows are exact copies with the same target. Folds keep copies together, so that
scores are those of *new* rows; but a row to be predicted may well be a copy of a known one, and
then the target seen before is a better prediction than any model's.
"""

import math

import numpy as np
import pandas as pd

from pipeweave_dagster.core.metrics.metrics import Array, row_log_loss
from pipeweave_dagster.core.model.duplicate_lookup import row_keys
from pipeweave_dagster.core.training.search.ensemble_policy import (
    DEFAULT_ENSEMBLE_POLICY,
    EnsemblePolicy,
)


def fit_lookup_trust(
    features: pd.DataFrame,
    y: Array,
    oof: Array,
    classes: int,
    policy: EnsemblePolicy = DEFAULT_ENSEMBLE_POLICY,
) -> float | None:
    """Return the weight of the targets of other copies against the model; None for no lookup.

    Each duplicate row is predicted by the mean target of its other copies, and by the model that
    saw none of them; the weight with the least loss is taken if it clearly beats the model.

    Args:
        features: Prepared features, by which rows are copies of each other.
        y: Class codes or values.
        oof: Out-of-fold output of the model; NaN where there is none.
        classes: Number of classes; 0 for regression.
        policy: Thresholds.
    """
    if len(y) * max(classes, 1) > policy.max_lookup_cells:
        return None
    _, copy, counts = np.unique(row_keys(features), return_inverse=True, return_counts=True)
    known = ~np.isnan(oof.reshape(len(y), -1)).any(axis=1)
    duplicates = np.flatnonzero((counts[copy] > 1) & known)
    if len(duplicates) < max(policy.min_duplicates, policy.min_duplicate_share * len(y)):
        return None
    target = np.eye(classes)[y.astype(np.intp)] if classes else y[:, None]
    sums = np.zeros((len(counts), target.shape[1]))
    np.add.at(sums, copy, target)
    others = (sums[copy] - target)[duplicates] / (counts[copy][duplicates] - 1)[:, None]
    output, own = oof.reshape(len(y), -1)[duplicates], target[duplicates]
    before, trusts = _loss(own, output, classes), policy.lookup_trusts
    gains = [before - _loss(own, (1 - t) * output + t * others, classes) for t in trusts]
    best = int(np.argmax([gain.mean() for gain in gains]))
    error = float(np.std(gains[best], ddof=1)) / math.sqrt(len(duplicates))
    return trusts[best] if gains[best].mean() > policy.lookup_z * error > 0 else None


def _loss(target: Array, output: Array, classes: int) -> Array:
    if classes:
        return row_log_loss(target.argmax(axis=1), output)
    return np.asarray((target - output)[:, 0] ** 2)
