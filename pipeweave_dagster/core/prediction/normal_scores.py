"""The normal score of a number: interpolated between the quantiles of training rows.

`numpy.interp` searches the quantiles anew for each number, which takes three quarters of the time
of flagging a batch. Here a grid of equal cells leads to the first quantile that may be below a
number, and a few comparisons from there to the last. The results are the same to the bit.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_CELLS, _MOST_STEPS = 1024, 8
_FEWEST_NUMBERS = 1000
"""Fewer numbers are searched sooner than a grid is used."""


class Grid(NamedTuple):
    """Equal cells between the second quantile and the last but one, as outliers are far away.

    Attributes:
        low: Start of the first cell.
        per_unit: Cells per unit of the numbers.
        first: For what is below all cells, and for each cell, a quantile at or below its start.
        steps: At most so many quantiles further is the last one at or below a number.
    """

    low: float
    per_unit: float
    first: NDArray[np.intp]
    steps: int


class Scale(NamedTuple):
    """The normal scores of a column: at its quantiles, and their growth beyond its ends.

    Attributes:
        values: The distinct quantiles in order, at least two.
        scores: Their scores.
        unit: What a score grows by one over, beyond the ends.
        grid: Finds quantiles fast; None where they are so uneven that a search is faster.
    """

    values: Floats
    scores: Floats
    unit: float
    grid: Grid | None = None

    def of(self, numbers: Floats) -> Floats:
        """Return the scores of numbers; that of a missing one is 0."""
        low, high = self.values[0], self.values[-1]
        scored = self._interpolated(numbers)
        # Nearly no number is beyond the ends.
        far = np.flatnonzero((numbers < low) | (numbers > high))
        some = numbers[far]
        beyond = np.maximum(some - high, 0) - np.maximum(low - some, 0)
        scored[far] += beyond / self.unit
        return np.asarray(np.nan_to_num(scored, copy=False, nan=0.0))

    def _interpolated(self, numbers: Floats) -> Floats:
        if self.grid is None or len(numbers) < _FEWEST_NUMBERS:
            return np.asarray(np.interp(numbers, self.values, self.scores))
        inside = np.clip(numbers, self.values[0], self.values[-1])
        place = _places(inside, self.values, self.grid)
        slopes = np.append(np.diff(self.scores) / np.diff(self.values), 0.0)
        found = inside - self.values.take(place)
        found *= slopes.take(place)
        found += self.scores.take(place)
        return np.asarray(found)


def _places(numbers: Floats, values: Floats, grid: Grid) -> NDArray[np.intp]:
    """Return the last quantile at or below each number; any for a missing one."""
    last = len(grid.first) - 1
    cells = np.clip((numbers - grid.low) * grid.per_unit + 1, 0, last)
    place = grid.first.take(np.nan_to_num(cells, copy=False).astype(np.intp))
    above = np.append(values[1:], np.inf)
    for _ in range(grid.steps):
        place += numbers >= above.take(place)
    return place


def scale_of(values: Floats, scores: Floats, unit: float) -> Scale:
    """Return the scale of a column, with a grid where that finds quantiles fast.

    Args:
        values: The distinct quantiles in order, at least two.
        scores: Their scores.
        unit: What a score grows by one over, beyond the ends.
    """
    low, high = (values[1], values[-2]) if len(values) > 3 else (values[0], values[-1])
    with np.errstate(all="ignore"):
        per_unit = _CELLS / (high - low)
        starts = low + np.arange(_CELLS + 1) / per_unit
        gaps = np.diff(values)
        tame = np.isfinite([per_unit, *starts, *gaps, *np.diff(scores) / gaps]).all()
    # So rounding takes a number past one quantile at most.
    if not tame or gaps.min() <= 64 * np.spacing(np.abs(values).max()):
        return Scale(values, scores, unit)
    first = np.append(0, np.maximum(np.searchsorted(values, starts) - 2, 0))
    steps = int((np.append(first[1:], len(values) - 1) - first).max()) + 2
    grid = Grid(float(low), float(per_unit), first, steps) if steps <= _MOST_STEPS else None
    return Scale(values, scores, unit, grid)
