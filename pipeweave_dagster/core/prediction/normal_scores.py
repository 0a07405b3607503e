"""The normal score of a number: interpolated between the quantiles of training rows.

`numpy.interp` searches the quantiles anew for each number, which takes three quarters of the time
of flagging a batch. Here a grid of equal cells has the quantile at each cell's start, and only the
few numbers for which that is not the last one below them are searched. The results are the same to
the bit.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_CELLS, _MOST_SEARCHED = 4096, 0.25
_FEWEST_NUMBERS = 1000
"""Fewer numbers are searched sooner than a grid is used."""


class Grid(NamedTuple):
    """Equal cells between the second quantile and the last but one, as outliers are far away.

    Attributes:
        low: Start of the first cell.
        per_unit: Cells per unit of the numbers.
        first: For what is below all cells, and for each cell, the last quantile at or below its
            start.
    """

    low: float
    per_unit: float
    first: NDArray[np.intp]


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
        inside = np.maximum(numbers, low)
        np.minimum(inside, high, out=inside)
        # Nearly no number is beyond the ends, or missing.
        far = np.flatnonzero(inside != numbers)
        scored = self._interpolated(inside)
        some = numbers[far]
        beyond = np.maximum(some - high, 0) - np.maximum(low - some, 0)
        scored[far] += beyond / self.unit
        if np.isfinite(scored).all():
            return scored
        return np.asarray(np.nan_to_num(scored, copy=False, nan=0.0))

    def _interpolated(self, inside: Floats) -> Floats:
        """Return the scores of numbers between the ends; their array may be used for them."""
        if self.grid is None or len(inside) < _FEWEST_NUMBERS:
            return np.asarray(np.interp(inside, self.values, self.scores))
        place, below = _places(inside, self.values, self.grid)
        slopes = np.append(np.diff(self.scores) / np.diff(self.values), 0.0)
        inside -= below
        inside *= slopes.take(place)
        inside += self.scores.take(place)
        return inside


def _places(numbers: Floats, values: Floats, grid: Grid) -> tuple[NDArray[np.intp], Floats]:
    """Return the last quantile at or below each number, its place first; any for a missing one."""
    cells = numbers - grid.low
    cells *= grid.per_unit
    cells += 1
    # Of a missing number these make the last cell.
    np.fmin(cells, len(grid.first) - 1, out=cells)
    np.fmax(cells, 0, out=cells)
    place = grid.first.take(cells.astype(np.intp))
    below = values.take(place)
    above = np.append(values[1:], np.inf).take(place)
    wrong = np.flatnonzero((numbers < below) | (numbers >= above))
    place[wrong] = np.searchsorted(values, numbers[wrong], side="right") - 1
    below[wrong] = values.take(place[wrong])
    return place, below


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
        # About as many numbers are between two quantiles as between any others.
        searched = np.minimum(1 / (per_unit * gaps), 1).mean()
        tame = np.isfinite([per_unit, *starts, *gaps, *np.diff(scores) / gaps]).all()
    if not tame or searched > _MOST_SEARCHED:
        return Scale(values, scores, unit)
    first = np.append(0, np.maximum(np.searchsorted(values, starts, side="right") - 1, 0))
    return Scale(values, scores, unit, Grid(float(low), float(per_unit), first))
