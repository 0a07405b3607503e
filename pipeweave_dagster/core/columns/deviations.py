"""Deviations from a mean that keep the digits of small differences between large numbers."""

import numpy as np

from pipeweave_dagster.core.columns.column import Floats

_SUMMABLE = 1e300
"""Differences and sums of numbers below it stay finite."""


def standardised(values: Floats) -> Floats:
    """Return the deviations from the mean, scaled to at most 1; zeros if the values are equal.

    Values of 1e9 plus noise keep the digits of the noise, and squares stay finite.
    """
    if len(values) == 0:
        return values
    scale = max(1.0, float(np.abs(values).max()))
    if scale < _SUMMABLE:
        scale = 1.0  # the difference of near numbers is exact, their quotients are not
    scaled = values / scale
    deviations = scaled - scaled[0]
    deviations = deviations - deviations.mean()
    largest = float(np.abs(deviations).max())
    equal = bool((values == values[0]).all())
    return np.zeros(len(values)) if equal or largest == 0 else deviations / largest
