"""How precisely numbers are recorded, and how far a formula of them may be off."""

from dataclasses import dataclass

import numpy as np

from pipeweave_dagster.core.columns.column import Floats
from pipeweave_dagster.core.quality.robust_statistics import spread

STEPS = (1000.0, 100.0, 10.0, 1.0, 0.5, 0.1, 0.01, 0.001, 1e-4, 1e-5, 1e-6)
RELATIVE = 4e-3
"""How far a formula may be off, relative to the spread of the target: values are often rounded."""
RELATIVE_TO_DISTANCE = 1e-3
HALF_STEP = 0.51


@dataclass(frozen=True)
class Precision:
    """How precisely a target is recorded.

    Attributes:
        step: The largest of 1000, 100, 10, 1, 0.5, 0.1, … of which all values are multiples;
            0 if there is none.
        spread: The 10 to 90 % range of the values, else their standard deviation.
        middle: Their median.
    """

    step: float
    spread: float
    middle: float

    @property
    def absolute(self) -> float:
        """How far a formula may be off in any row."""
        return max(HALF_STEP * self.step, RELATIVE * self.spread)

    def tolerances(self, y: Floats) -> Floats:
        """Return how far a product or ratio may be off row by row, more far from the median."""
        tolerances: Floats = np.maximum(
            self.absolute, RELATIVE_TO_DISTANCE * np.abs(y - self.middle)
        )
        return tolerances


def precision_of(y: Floats) -> Precision:
    """Return the precision of the finite values."""
    finite = y[np.isfinite(y)]
    return Precision(step_of(np.unique(finite)), spread(finite), float(np.median(finite)))


def step_of(values: Floats) -> float:
    """Return the largest step of which all values are multiples, 0 if there is none.

    Example:
        >>> step_of(np.array([0.25, 1.0, 3.57]))
        0.01
    """
    values = values[values != 0]
    for step in STEPS:
        multiples = values / step
        whole = np.round(multiples)
        near = np.abs(multiples - whole) <= np.maximum(1e-6, 1e-15 * np.abs(multiples))
        if len(values) and (near & (whole != 0)).all():
            return step
    return 0.0
