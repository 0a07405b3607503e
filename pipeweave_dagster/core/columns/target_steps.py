"""Columns that are step functions of a numeric target, such as a yes/no at a threshold of it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeweave_dagster.core.columns.column import Codes, Floats

MAX_STEPS = 50
MIN_ROWS = 12
"""Rows on either side of a step. That they are in order by chance has odds of 1 in 2.7 million."""
MIN_VALUES = 6
"""Distinct targets among them: the rows of one group may share one target."""
MAX_TIED = 0.02
"""Share of the rows whose target is exactly that of a step, on both of its sides."""
MIN_ATOM_ROWS = 25
VALLEY = 0.5
"""Classes that nature separates leave a valley between them, of less than half the density."""


@dataclass(frozen=True)
class Steps:
    """The intervals of the target on which a column is constant.

    Attributes:
        starts: Lower bound of every interval but the first.
        codes: Value of the column on each interval.
        sharp: Whether each step cuts through rows that lie close together.
        atoms: Whether all rows on one side of each step share one target, such as zero.
        smaller: Rows that do not have the most frequent value.
        exceptions: Rows with another value than that of their interval.
    """

    starts: Floats
    codes: Codes
    sharp: NDArray[np.bool_]
    atoms: NDArray[np.bool_]
    smaller: int
    exceptions: int


def target_steps(codes: Codes, values: Floats, allowed: float) -> Steps | None:
    """Return the steps, or None if the column is no step function but for the allowed exceptions.

    Args:
        codes: Shape (n,): the column, without missing values.
        values: Shape (n,), ascending: the target.
        allowed: Rows that may be exceptions.

    Example:
        >>> y = np.arange(100.0)
        >>> steps = target_steps((y >= 60).astype(np.int32), y, allowed=0)
        >>> steps.starts.tolist(), steps.sharp.tolist()
        ([60.0], [True])
    """
    x, y = codes, values
    # Most columns end here: they change between most neighbours.
    changes = np.count_nonzero((x[1:] != x[:-1]) & (y[1:] != y[:-1]))
    if changes > 3 * MAX_STEPS + 2 * allowed + 1:
        return None
    order = np.lexsort((x, y))
    x, y = x[order], y[order]
    x, unclear = _ties_in_order(x, y)
    first, lengths = _runs(x)
    if len(first) > MAX_STEPS + 2 * allowed + 1 or unclear > MAX_TIED * len(x):
        return None
    # The shortest runs are the exceptions, as many of them as are allowed.
    by_length = np.argsort(lengths, kind="stable")
    dropped = by_length[np.cumsum(lengths[by_length]) <= allowed]
    kept = np.ones(len(x), bool)
    for run in dropped:
        kept[first[run] : first[run] + lengths[run]] = False
    x, y = x[kept], y[kept]
    first, _ = _runs(x)
    if not 2 <= len(first) <= MAX_STEPS:
        return None
    ends = np.append(first[1:], len(x))
    if (y[first] == y[ends - 1])[y[first] == np.roll(y[ends - 1], 1)].any():
        return None  # a run within one target
    starts = list(zip(first[:-1], first[1:], ends[1:], strict=True))
    return Steps(
        starts=y[first[1:]],
        codes=x[first],
        sharp=np.array([_is_sharp(y, *place) for place in starts]),
        atoms=np.array([_has_atom(y, *place) for place in starts]),
        smaller=len(x) - int(np.bincount(x).max()),
        exceptions=int((~kept).sum()),
    )


def _ties_in_order(x: Codes, y: Floats) -> tuple[Codes, int]:
    """Order the codes of one target by what precedes them; return also how many rows that is.

    A target that was rounded has rows from both sides of a step at one value.
    """
    starts = np.append(0, np.flatnonzero(y[1:] != y[:-1]) + 1)
    ends = np.append(starts[1:], len(y))
    mixed = np.flatnonzero(x[starts] != x[ends - 1])  # the codes of a value are in order
    if len(mixed) > MAX_STEPS:
        return x, len(x)
    x = x.copy()
    for value in mixed:
        start, end = starts[value], ends[value]
        part = x[start:end]
        before = x[start - 1] if start else part[0]
        x[start:end] = np.concatenate([part[part == before], part[part != before]])
    return x, int((ends - starts)[mixed].sum())


def _runs(x: Codes) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the first position and the length of each run of equal codes."""
    first = np.append(0, np.flatnonzero(x[1:] != x[:-1]) + 1)
    return first, np.diff(np.append(first, len(x)))


def _is_sharp(y: Floats, before: int, step: int, after: int) -> bool:
    """Return whether a step from `y[step - 1]` to `y[step]` cuts through a dense range.

    Measurements that separate classes have few rows between them. A step with rows at the usual
    distance on both sides, all of them in order, is computed from the target.
    """
    left, right = _near(y[before:step][::-1]), _near(y[step:after])
    if left is None or right is None:
        return False
    middle = (y[step - 1] + y[step]) / 2
    width = max(middle - left, right - middle)
    edges = np.searchsorted(y, middle + width * np.arange(-4, 5), side="left")
    edges[5:] = np.searchsorted(y, middle + width * np.arange(1, 5), side="right")
    counts = np.diff(edges)  # four windows on each side; the step is between the middle ones
    inside = (counts[3] + counts[4]) / 2
    return bool(inside >= VALLEY * min(counts[:3].max(), counts[5:].max()))


def _has_atom(y: Floats, before: int, step: int, after: int) -> bool:
    """Return whether one side of a step is a single target of many rows."""
    sides = (y[before:step], y[step:after])
    return any(len(side) >= MIN_ATOM_ROWS and side[0] == side[-1] for side in sides)


def _near(y: Floats) -> float | None:
    """Return the value up to which there are enough rows and values, going outwards; or None."""
    new = np.append(True, y[1:] != y[:-1])
    places = np.flatnonzero(new)
    if len(y) < MIN_ROWS or len(places) < MIN_VALUES:
        return None
    return float(y[max(MIN_ROWS - 1, places[MIN_VALUES - 1])])
