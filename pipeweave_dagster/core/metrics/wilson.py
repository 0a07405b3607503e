"""Shares with Wilson's score interval (Wilson 1927)."""

import math

import numpy as np
from numpy.typing import NDArray

from pipeweave_dagster.core.documents import Rate

_Z = 1.96


def share(hits: NDArray[np.bool_]) -> Rate:
    """A share with Wilson's interval."""
    n = len(hits)
    if n == 0:
        return Rate(value=None)
    p = float(np.mean(hits))
    centre = (p + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    half = _Z * math.sqrt(p * (1 - p) / n + _Z**2 / (4 * n**2)) / (1 + _Z**2 / n)
    return Rate(value=p, low=max(0.0, centre - half), high=min(1.0, centre + half), rows=n)
