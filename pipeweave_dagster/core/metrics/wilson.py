"""Wilson's score interval of a proportion (Wilson 1927)."""

import math

import numpy as np
from numpy.typing import NDArray

from pipeweave_dagster.core.documents import Rate

Z95 = 1.959964
"""Two-sided 95 % quantile of the normal distribution."""
Z95_ROUNDED = 1.96
"""The quantile as textbooks round it; used by `rate`, fairness and segments since version 0.1."""


def wilson_interval(share: float, rows: float, *, z: float = Z95) -> tuple[float, float]:
    """Return Wilson's interval of a share.

    Args:
        share: Observed share, 0 to 1.
        rows: Number of rows (effective rows if they are weighted), above 0.
        z: Quantile of the normal distribution; 95 % by default.

    Example:
        >>> low, high = wilson_interval(0.5, 100)
        >>> round(low, 3), round(high, 3)
        (0.404, 0.596)
    """
    shift = z**2 / rows
    centre = (share + shift / 2) / (1 + shift)
    half = z * math.sqrt(share * (1 - share) / rows + z**2 / (4 * rows**2)) / (1 + shift)
    # Rounding leaves 1e-18 where the interval ends at 0 or 1.
    low = centre - half if share > 0 else 0.0
    high = centre + half if share < 1 else 1.0
    return max(0.0, low), min(1.0, high)


def rate(hits: NDArray[np.bool_]) -> Rate:
    """Return the share of hits with its 95 % interval; a rate of None for no rows."""
    rows = len(hits)
    if rows == 0:
        return Rate(value=None)
    share = float(np.mean(hits))
    low, high = wilson_interval(share, rows, z=Z95_ROUNDED)
    return Rate(value=share, low=low, high=high, rows=rows)
