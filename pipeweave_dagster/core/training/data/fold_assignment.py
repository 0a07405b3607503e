"""Deal keys out to a test part and folds: all rows of a key stay together."""

import numpy as np
from numpy.typing import NDArray

from pipeweave_dagster.core.metrics.metrics import Array

Index = NDArray[np.intp]
Sides = NDArray[np.bool_]

FEWEST_KEYS = 3
"""One to test on, and two to learn from and to compare models on."""
_TESTED_FROM = 5
_MOST_OF_TEST = 2.0
"""A key that has more than twice the rows of a test part is no part of it."""


def assign_folds(
    keys: NDArray[np.uint64], strata: Index, share: float, folds: int, *, by_size: bool
) -> tuple[Sides, Index]:
    """Which rows are tested, and the fold of each row (-1: of none).

    Args:
        keys: Of each row, spread evenly over 64 bits; their value decides the side, so that a
            key keeps it when the table grows.
        strata: A small number of each row; folds and sides have some of each.
        share: Of the keys that are tested.
        folds: How many.
        by_size: Make folds of like size from keys of many rows, and let every key be held out;
            else one that is the only one of its stratum is always learned from.
    """
    unique, of, size = np.unique(keys, return_inverse=True, return_counts=True)
    test = _tested(share, unique / 2.0**64, of, size, strata)
    mainly = _mainly(of, strata, len(unique))
    fold = np.full(len(unique), -1, dtype=np.intp)
    offset = 0
    for stratum in np.unique(mainly[~test]):
        own = np.flatnonzero(~test & (mainly == stratum))
        if by_size:
            own = own[np.argsort(-size[own], kind="stable")]
            fold[own] = _there_and_back(np.arange(len(own)) + offset, folds)
        elif len(own) > 1:
            fold[own] = (np.arange(len(own)) + offset) % folds
        offset += len(own) if by_size or len(own) > 1 else 0
    return test[of], fold[of]


def _there_and_back(place: Index, folds: int) -> Index:
    """0 1 2 2 1 0 0 1 …: what is assign_folds out by size so is alike in sum."""
    at = place % (2 * folds)
    return np.asarray(np.minimum(at, 2 * folds - 1 - at), dtype=np.intp)


def _mainly(of: Index, strata: Index, keys: int) -> Index:
    """The stratum of most rows of each key (the first of those that are equally many)."""
    if len(of) == keys:
        return strata[np.argsort(of, kind="stable")]
    pairs, counts = np.unique(np.column_stack([of, strata]), axis=0, return_counts=True)
    order = np.lexsort((pairs[:, 1], -counts, pairs[:, 0]))
    return np.asarray(pairs[order][np.unique(pairs[order, 0], return_index=True)[1], 1])


def _tested(share: float, place: Array, of: Index, size: Index, strata: Index) -> Sides:
    """Which keys are tested: by their place, but so that both sides have what they need.

    A key of very many rows is learned from, every class is learned, and larger ones are tested.
    """
    small = np.asarray(size <= _MOST_OF_TEST * share * len(of))
    test = (place < share) & small
    own = [np.unique(of[strata == stratum]) for stratum in np.unique(strata)]
    for keys in own:
        if not test[keys].any() and len(keys) >= _TESTED_FROM:
            test[_first(keys, place, small)] = True
    for keys in own:
        if test[keys].all():
            test[keys[np.argmax(place[keys])]] = False
    if not test.any() and len(place) >= FEWEST_KEYS:
        test[_first(np.arange(len(place)), place, small)] = True
    return test


def _first(keys: Index, place: Array, small: Sides) -> int:
    """The key whose turn is next, not one of very many rows if there is another."""
    few = keys[small[keys]]
    keys = few if len(few) else keys
    return int(keys[np.argmin(place[keys])])
