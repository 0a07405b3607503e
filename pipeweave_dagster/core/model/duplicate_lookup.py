"""Predict exact duplicates of known rows from their targets.

The source is copied beside exported and registered models.
"""

from typing import Any

import numpy as np
import pandas as pd


def row_keys(features: pd.DataFrame) -> np.ndarray:
    """Return a hash of each row of prepared features; equal rows have equal hashes."""
    ordered = features[sorted(features.columns)]
    return np.asarray(pd.util.hash_pandas_object(ordered, index=False), dtype=np.uint64)


def duplicate_row_lookup(
    features: pd.DataFrame, y: np.ndarray, classes: int, trust: float
) -> dict[str, Any]:
    """Return the mean target of each distinct row, and how far to trust it (0 to 1)."""
    keys, group = np.unique(row_keys(features), return_inverse=True)
    truth = np.eye(classes)[y.astype(np.intp)] if classes else y[:, None]
    sums = np.zeros((len(keys), truth.shape[1]))
    np.add.at(sums, group, truth)
    means = sums / np.bincount(group)[:, None]
    return {"columns": list(features.columns), "keys": keys, "answers": means, "trust": trust}


def with_duplicate_rows(
    mean: np.ndarray, features: pd.DataFrame, memory: dict[str, Any]
) -> np.ndarray:
    """Move predictions for duplicates of known rows toward their mean targets, by the trust."""
    keys, known = row_keys(features[memory["columns"]]), memory["keys"]
    at = np.minimum(np.searchsorted(known, keys), len(known) - 1)
    again = known[at] == keys
    seen = memory["answers"][at[again]].reshape(mean[again].shape)
    mean = mean.copy()
    mean[again] += memory["trust"] * (seen - mean[again])
    return mean
