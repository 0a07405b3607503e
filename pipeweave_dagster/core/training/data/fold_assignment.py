"""Assign keys to the test part and to folds: all rows of a key stay together."""

import numpy as np
from numpy.typing import NDArray

from pipeweave_dagster.core.metrics.metrics import Array

Index = NDArray[np.intp]
Mask = NDArray[np.bool_]

FEWEST_KEYS = 3
"""One to test on, and two to learn from and to compare models on."""
_TESTED_FROM = 5
"""Keys of a stratum from which one of them is always tested."""
_MOST_OF_TEST = 2.0
"""A key with more than twice the rows of the test part is never tested."""


def assign_folds(
    keys: NDArray[np.uint64],
    strata: Index,
    share: float,
    folds: int,
    *,
    by_size: bool,
    tested: Mask | None = None,
) -> tuple[Mask, Index]:
    """Return which rows are test rows, and the fold of each row (-1: none).

    Args:
        keys: One per row, spread evenly over 64 bits; their value decides the side, so that a
            key keeps it when the table grows.
        strata: A small integer per row; folds and sides hold some of each.
        share: Fraction of the keys that are test keys.
        folds: How many.
        by_size: Balance the sizes of folds of keys with many rows, and validate every key; else
            the only key of a stratum is always a training key.
        tested: Rows that are test rows of an earlier model: their keys are test keys again, and
            the others only fill up what is missing from the share.
    """
    unique, key_of, size = np.unique(keys, return_inverse=True, return_counts=True)
    place = unique / 2.0**64
    if tested is not None and tested.any():
        place = _after_tested(place, np.unique(key_of[tested]), share)
    test = _test_keys(share, place, key_of, size, strata)
    main = _main_strata(key_of, strata, len(unique))
    fold = np.full(len(unique), -1, dtype=np.intp)
    offset = 0
    for stratum in np.unique(main[~test]):
        own = np.flatnonzero(~test & (main == stratum))
        if by_size:
            own = own[np.argsort(-size[own], kind="stable")]
            fold[own] = _there_and_back(np.arange(len(own)) + offset, folds)
        elif len(own) > 1:
            fold[own] = (np.arange(len(own)) + offset) % folds
        offset += len(own) if by_size or len(own) > 1 else 0
    return test[key_of], fold[key_of]


def _after_tested(place: Array, before: Index, share: float) -> Array:
    """Return the places with keys that were tested before first, and the others in their order.

    As a table grows, those that are not yet tested only move from training to test.
    """
    others = np.ones(len(place), dtype=bool)
    others[before] = False
    rest = max(0.0, share * len(place) - len(before)) / max(1, int(others.sum()))
    moved = share + np.maximum(place - rest, 0.0) * (1 - share)
    first = place < rest
    moved[first] = place[first] / rest * share
    moved[before] = place[before] * share
    return np.asarray(moved)


def _there_and_back(place: Index, folds: int) -> Index:
    """Return 0 1 2 2 1 0 0 1 …: assigned by descending size, the folds have similar sums."""
    at = place % (2 * folds)
    return np.asarray(np.minimum(at, 2 * folds - 1 - at), dtype=np.intp)


def _main_strata(key_of: Index, strata: Index, keys: int) -> Index:
    """Return the stratum of most rows of each key (the first, if several have as many)."""
    if len(key_of) == keys:
        return strata[np.argsort(key_of, kind="stable")]
    pairs, counts = np.unique(np.column_stack([key_of, strata]), axis=0, return_counts=True)
    order = np.lexsort((pairs[:, 1], -counts, pairs[:, 0]))
    return np.asarray(pairs[order][np.unique(pairs[order, 0], return_index=True)[1], 1])


def _test_keys(share: float, place: Array, key_of: Index, size: Index, strata: Index) -> Mask:
    """Return which keys are test keys: by their place, corrected so that both sides suffice.

    A key of very many rows is a training key, every class is learned, and large classes are tested.
    """
    small = np.asarray(size <= _MOST_OF_TEST * share * len(key_of))
    test = (place < share) & small
    own = [np.unique(key_of[strata == stratum]) for stratum in np.unique(strata)]
    for keys in own:
        if not test[keys].any() and len(keys) >= _TESTED_FROM:
            test[_first(keys, place, small)] = True
    for keys in own:
        if test[keys].all():
            test[keys[np.argmax(place[keys])]] = False
    if not test.any() and len(place) >= FEWEST_KEYS:
        test[_first(np.arange(len(place)), place, small)] = True
    return test


def _first(keys: Index, place: Array, small: Mask) -> int:
    """Return the key next in line, one without very many rows if possible."""
    few = keys[small[keys]]
    keys = few if len(few) else keys
    return int(keys[np.argmin(place[keys])])
