"""Thresholds of a number that divide the classes, and whether they are sharp."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeweave_dagster.core.columns.column import Floats
from pipeweave_dagster.core.quality.formulas.cut import Cut

Codes = NDArray[np.int32]
MIN_CLASS_ROWS = 5
NEAREST = 0.1
MIN_NEAREST = 5
DENSE = 0.4
SPARSE = 0.02
DIGITS = 9
MAX_NEAR_WRONG = 0.2


@dataclass(frozen=True)
class Segments:
    """Classes as consecutive ranges of a number.

    Attributes:
        order: Codes of the classes, by ascending numbers.
        cuts: The thresholds between them.
        exceptions: Rows outside the range of their class.
        rows: Rows with a number.
        sharp: Whether every threshold is where rows are dense, and right next to it, too; classes
            that are separated by nature leave a gap, and noise confuses the rows next to it.
    """

    order: list[int]
    cuts: list[Cut]
    exceptions: int
    rows: int
    sharp: bool

    @property
    def compares(self) -> bool:
        """Whether the only threshold is 0."""
        return len(self.cuts) == 1 and self.cuts[0].at_zero


def segments(values: Floats, codes: Codes, classes: int) -> Segments | None:
    """Return the ranges of the classes with the fewest exceptions; None with fewer than two.

    Takes O(classes * rows + rows log rows).
    """
    known = np.isfinite(values)
    values, codes = without_noise(values[known]), codes[known]
    counts = np.bincount(codes, minlength=classes)
    frequent = np.flatnonzero(counts >= MIN_CLASS_ROWS)
    if len(frequent) < 2:
        return None
    by_value = np.argsort(values, kind="stable")
    values, codes = values[by_value], codes[by_value]
    medians = [float(values[codes == code][counts[code] // 2]) for code in frequent]
    order = [int(frequent[i]) for i in np.argsort(medians, kind="stable")]
    rank = np.full(classes, len(order))
    rank[order] = np.arange(len(order))
    ranks = rank[codes]
    cuts: list[Cut] = []
    starts: list[int] = []
    for level in range(1, len(order)):
        cut, start = _cut(values, ranks >= level)
        if cut is None or (starts and start <= starts[-1]):
            return None
        cuts.append(cut)
        starts.append(start)
    found = np.searchsorted(starts, np.arange(len(values)), side="right")
    wrong = found != ranks
    sharp = all(_sharp(values, wrong, start) for start in starts)
    return Segments(order, cuts, int(wrong.sum()), len(values), sharp)


def without_noise(values: Floats) -> Floats:
    """Return the values rounded to nine digits of their scale, so that 0.3 - 0.1 equals 0.2."""
    scale = float(np.abs(values).max(initial=0.0))
    if scale == 0:
        return values
    unit = 10.0 ** (np.floor(np.log10(scale)) - DIGITS)
    result: Floats = np.round(values / unit) * unit
    return result


def _cut(values: Floats, upper: NDArray[np.bool_]) -> tuple[Cut | None, int]:
    """Return the threshold with the fewest rows on the wrong side, and its position."""
    wrong = np.concatenate([[0], np.cumsum(upper)]) + np.concatenate(
        [np.cumsum(~upper[::-1])[::-1], [0]]
    )
    possible = np.flatnonzero(values[1:] > values[:-1]) + 1
    if not len(possible):
        return None, 0
    start = int(possible[np.argmin(wrong[possible])])
    return Cut(float(values[start - 1]), float(values[start])), start


def _sharp(values: Floats, wrong: NDArray[np.bool_], start: int) -> bool:
    """Return whether the rows next to a threshold are dense on one side and right on both."""
    lower, upper = values[:start][::-1], values[start:]
    densities = [
        _relative_density(side, values[start] - values[start - 1]) for side in (lower, upper)
    ]
    if max(densities) < DENSE or min(densities) < SPARSE:
        return False
    near = max(MIN_NEAREST, int(0.02 * len(values)))
    sides = (wrong[:start][::-1][:near], wrong[start:][:near])
    return all(side.mean() <= MAX_NEAR_WRONG for side in sides)


def _relative_density(side: Floats, gap: float) -> float:
    """Return the density of the tenth of rows next to a threshold, relative to the middle half.

    Args:
        side: The values of one side, from the threshold away.
        gap: The distance between the two sides.
    """
    count = max(MIN_NEAREST, int(NEAREST * len(side)))
    if len(side) < 2 * MIN_NEAREST:
        return 0.0
    distance = abs(float(side[count - 1] - side[0]))
    count = int((np.abs(side - side[0]) <= distance).sum())
    width = distance + gap
    middle = np.abs(side[(3 * len(side)) // 4] - side[len(side) // 4])
    if width == 0 or middle == 0:
        return 1.0 if count >= 0.5 * len(side) else 0.0
    return float(count / width * middle / (0.5 * len(side)))
