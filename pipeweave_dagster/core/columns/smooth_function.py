"""Columns that are a continuous function of a numeric target, rising, falling or both."""

import numpy as np

from pipeweave_dagster.core.columns.column import Codes, Floats

MIN_ROWS = 200
MIN_VALUES = 50
MAX_JUMP = 0.03
"""Of the ranks: neighbours by target have neighbouring ranks, also where several branches mix."""
NOISE = 2e-3
"""Of the 10 to 90 % range: what rounding and the bend between neighbours may add."""


def jumps_along(codes: Codes, values: Floats) -> int | None:
    """Count the rows whose rank leaves that of their neighbours by target; None if it says nothing.

    A measurement with an error of one per cent of its range jumps in three per cent of the rows, an
    unrelated column in 94. A function jumps where it is steep and the targets are sparse.

    Args:
        codes: Shape (n,): places among the column's sorted values, none missing.
        values: Shape (n,), ascending: the target.

    Example:
        >>> y = np.linspace(-1, 1, 401)
        >>> jumps_along(np.unique(y**2, return_inverse=True)[1], y)
        0
    """
    counts = np.bincount(codes)
    if len(codes) < MIN_ROWS or (counts > 0).sum() < MIN_VALUES or counts.max() > 0.2 * len(codes):
        return None
    if np.count_nonzero(values[1:] != values[:-1]) < MIN_VALUES:
        return None
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[codes]
    first = np.abs(np.diff(ranks[:MIN_ROWS]))
    if np.count_nonzero(first > MAX_JUMP * len(codes)) > MIN_ROWS / 2:
        return None  # most columns end here
    along = ranks[np.lexsort((codes, values))]
    far = np.abs(np.diff(along)) > MAX_JUMP * len(codes)
    # A single row that does not belong there makes two jumps, to it and back.
    return int((np.count_nonzero(far) + 1) // 2)


def noisy_rows(numbers: Floats, values: Floats) -> int:
    """Count the rows whose number is not what its neighbours by target say, but for rounding.

    A measurement of the same thing (the width of a diamond, for its weight) has few jumps, but a
    noise that a function of the target has not.

    Args:
        numbers: Shape (n,): the numbers of a column, in the order of the target.
        values: Shape (n,), ascending: the target.

    Example:
        >>> y = np.linspace(-1, 1, 401)
        >>> noisy_rows(y**2, y), noisy_rows(y + 0.1 * np.sin(y * 1e5), y) > 40
        (0, True)
    """
    low, high = np.percentile(numbers, [10, 90])
    tolerance = NOISE * float(high - low)
    starts = np.flatnonzero(np.append(True, values[1:] != values[:-1]))
    sizes = np.diff(np.append(starts, len(values)))
    means = np.add.reduceat(numbers, starts) / sizes
    apart = np.abs(numbers - np.repeat(means, sizes)) > tolerance
    at = values[starts]
    expected = means.copy()
    if len(at) > 2:
        share = (at[1:-1] - at[:-2]) / (at[2:] - at[:-2])
        expected[1:-1] = means[:-2] + share * (means[2:] - means[:-2])
    bent = np.repeat(np.abs(means - expected) > tolerance, sizes)
    return int((apart | bent).sum())
