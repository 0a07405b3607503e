"""Exact duplicate rows, which make a key look like a category: it repeats with its whole row."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeweave_dagster.core.schema.column_profile import ColumnProfile

Rows = NDArray[np.int64]
_MIN_ROWS = 5
_BY_CHANCE = 1e-3
"""Rows whose other columns would agree by chance as often as this are no copies of one record."""


def without_repeated_rows(
    profiles: list[ColumnProfile], read: Callable[[int], Any]
) -> list[ColumnProfile]:
    """Return the profiles with the number of rows that repeat an earlier one in every column.

    A column that is a key but for them has as many distinct values as the table has distinct rows,
    so no column has more. Other tables are not read again: most have a column without repeats, or
    none that could be such a key.

    Args:
        profiles: The profiles of all columns.
        read: Returns the values of a column (Arrow) by its index.
    """
    key = _likely_key(profiles)
    if key is None:
        return profiles
    repeats, others = _repeated_rows(key, len(profiles), read)
    chance = prod(_largest_share(p) for i, p in enumerate(profiles) if i != key)
    if len(repeats) <= others or chance ** len(repeats) > _BY_CHANCE:
        return profiles
    return [
        _counted(p, _filled(read(i), repeats) if p.missing else len(repeats))
        for i, p in enumerate(profiles)
    ]


def _likely_key(profiles: Sequence[ColumnProfile]) -> int | None:
    """Return the index of the whole numbers or texts with most values, if half are distinct.

    None if a column has no value twice, or decimal numbers have more distinct values.
    """
    groups = [p.distinct + bool(p.missing) for p in profiles]
    most = max(groups, default=0)
    if not most or most == profiles[0].rows or 2 * most < profiles[0].rows:
        return None
    keys = (
        i
        for i, p in enumerate(profiles)
        if groups[i] == most and (p.storage in {"integer", "text"} or p.integral)
    )
    return next(keys, None)


def _largest_share(profile: ColumnProfile) -> float:
    """Return an upper bound of the chance that two rows have the same value."""
    return max([profile.missing, *profile.top.values()]) / profile.rows


def _repeated_rows(key: int, columns: int, read: Callable[[int], Any]) -> tuple[Rows, int]:
    """Return the rows that equal an earlier one, and how many others repeat its key alone.

    Each column leaves fewer rows to compare.
    """
    codes = _codes(read(key))
    sizes = np.bincount(codes)
    rows = np.flatnonzero(sizes[codes] > 1)
    again = int((sizes - 1).sum())
    groups = codes[rows]
    for index in range(columns):
        if index == key or not len(rows):
            continue
        more = _codes(read(index).take(rows))
        pairs = groups * (int(more.max()) + 1) + more
        _, groups, sizes = np.unique(pairs, return_inverse=True, return_counts=True)
        several = sizes[groups] > 1
        rows, groups = rows[several], groups[several]
    first = np.unique(groups, return_index=True)[1]
    repeats = np.delete(rows, first)
    return repeats, again - len(repeats)


def _codes(values: Any) -> Rows:
    """Return a number per row, equal for equal values; a missing value is a value here."""
    chunks = values.dictionary_encode(null_encoding="encode").unify_dictionaries().chunks
    found = [chunk.indices.to_numpy(zero_copy_only=False).astype(np.int64) for chunk in chunks]
    return np.concatenate(found) if found else np.zeros(0, np.int64)


def _filled(values: Any, rows: Rows) -> int:
    return len(rows) - int(values.take(rows).null_count)


def _counted(profile: ColumnProfile, repeats: int) -> ColumnProfile:
    """Return a profile with its repeats; whole numbers may then be consecutive."""
    low, high = profile.low, profile.high
    consecutive = (
        profile.storage == "integer"
        and low is not None
        and high is not None
        and _MIN_ROWS <= profile.distinct == profile.rows - repeats == high - low + 1
    )
    return replace(profile, repeats=repeats, is_row_number=consecutive)
