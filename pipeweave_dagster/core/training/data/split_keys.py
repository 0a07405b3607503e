"""Keys that decide the side of each row in a split: a hash of its content, or of its group."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeweave_dagster.core.model.column_values import as_number, as_text
from pipeweave_dagster.core.model.duplicate_lookup import row_keys
from pipeweave_dagster.core.model.exact_numbers import EXACT_INTEGERS
from pipeweave_dagster.core.training.data.fold_assignment import Index

Keys = NDArray[np.uint64]

TOGETHER = "equal rows stay on one side"
COPIES_ON_BOTH_SIDES = "most rows are copies of others by nature, so copies may be on both sides"
_MOST_DISTINCT = 0.5
"""Share of distinct rows below which copies are checked."""
_MIN_VALUES, _MIN_VALUES_SHARE = 20, 0.2
_EQUAL_TARGETS = 0.95


def content_keys(features: pd.DataFrame) -> Keys:
    """Return a key per row of its prepared features."""
    return _mix(row_keys(features))


def group_keys(divider: pd.Series, features: pd.DataFrame) -> Keys:
    """Return a key per row of its group; a row of unknown group is a group of its own.

    Args:
        divider: The group of each row.
        features: Prepared features of the same rows.
    """
    # Integers become floats as soon as one is missing: in one batch of rows, not in the next.
    numeric = pd.api.types.is_numeric_dtype(divider.dtype)
    values = divider.astype(np.float64) if numeric else divider
    keys = np.asarray(pd.util.hash_pandas_object(values, index=False), dtype=np.uint64).copy()
    if numeric and (codes := (np.abs(as_number(divider)) >= EXACT_INTEGERS)).any():
        texts = pd.Series(as_text(divider[codes]), dtype=object)
        keys[codes] = pd.util.hash_pandas_object(texts, index=False)
    keys = _mix(keys)
    alone = divider.isna().to_numpy()
    if alone.any():
        keys[alone] = content_keys(features.loc[alone])
    return keys


def keys_with_copies(features: pd.DataFrame, strata: Index) -> tuple[Keys, str]:
    """Return a key per row of its content, plus the number of its copy if most rows are copies.

    Few columns of few values repeat by nature (a census of codes); then copies get keys of their
    own, else whole combinations would fall on one side and the two sides would differ. A table
    whose rows were recorded several times has columns of many values, and equal rows with equal
    targets.

    Returns:
        The keys, and a note on copies.
    """
    keys = content_keys(features)
    distinct = len(np.unique(keys))
    many = distinct >= _MOST_DISTINCT * len(keys)
    if many or _recorded_again(features, keys, distinct, strata):
        return keys, TOGETHER
    copy = pd.Series(keys).groupby(keys).cumcount().to_numpy(dtype=np.uint64)
    with np.errstate(over="ignore"):
        keys = _mix(keys + copy * np.uint64(0x9E3779B97F4A7C15))
    return keys, COPIES_ON_BOTH_SIDES


def keys_of_ids(row_id: pd.Series, features: pd.DataFrame, *, together: bool) -> Keys:
    """Return a key per row of its id, the same for all rows that an id or equal content connects.

    Args:
        row_id: The declared id; a row without one is identified by its content.
        features: Prepared features of the same rows.
        together: Whether rows of equal content stay together, too.
    """
    own = group_keys(row_id, features)
    if not together:
        return own
    content, keys = content_keys(features), own
    while True:
        joined = pd.Series(keys).groupby(content).transform("min")
        joined = joined.groupby(own).transform("min")
        found = joined.to_numpy(dtype=np.uint64)
        if np.array_equal(found, keys):
            return _mix(keys)  # the smallest hash of several is small: most would be test rows
        keys = found


def _recorded_again(features: pd.DataFrame, keys: Keys, distinct: int, strata: Index) -> bool:
    """Return whether copies are rows recorded several times, not combinations that repeat."""
    values = max((features[name].nunique() for name in features.columns), default=0)
    if values < max(_MIN_VALUES, _MIN_VALUES_SHARE * distinct):
        return False
    targets = pd.Series(strata).groupby(keys)
    return bool((targets.nunique() == 1)[targets.size() > 1].mean() > _EQUAL_TARGETS)


def _mix(values: Keys) -> Keys:
    """Spread hashes evenly over 64 bits (finaliser of SplitMix64, Steele et al. 2014)."""
    with np.errstate(over="ignore"):
        values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(values ^ (values >> np.uint64(31)), dtype=np.uint64)
