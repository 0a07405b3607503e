"""Numbers that may divide the classes, and whether they do only as they are."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from pipeweave_dagster.core.columns.column import Floats
from pipeweave_dagster.core.quality.formulas.terms import Rows
from pipeweave_dagster.core.quality.formulas.thresholds import Codes, Segments, segments

Compute = Callable[[Rows], Floats]
MAX_WRONG = 0.08
MORE_WRONG = 5
MORE_WRONG_THAN_COMPARISON = 2
MORE_WRONG_IN_CLASS = 0.02
"""Of the second largest class."""
MIN_CLASS_ROWS = 100


@dataclass(frozen=True)
class Score:
    """A number per row that may divide the classes.

    Attributes:
        columns: Names of its columns.
        text: As a user reads it.
        compute: Returns its values for some rows.
        bits: Its length.
        varied: The same with one weight 0 or doubled.
        compares: The texts of two terms if 0 means that both are equal.
    """

    columns: tuple[str, ...]
    text: str
    compute: Compute
    bits: float
    varied: tuple[Compute, ...] = ()
    compares: tuple[str, str] | None = None


def divides(score: Score, codes: Codes, rows: Rows, classes: int) -> bool:
    """Return whether the score divides the classes of these rows, but no variation of it does."""
    found = segments(score.compute(rows), codes[rows], classes)
    if found is None or found.exceptions > MAX_WRONG * found.rows:
        return False
    counts = np.sort(np.bincount(codes[rows], minlength=classes))
    return bool(counts[-2] < MIN_CLASS_ROWS) or is_unique(score, codes, rows, found)


def is_unique(score: Score, codes: Codes, rows: Rows, found: Segments) -> bool:
    """Return whether all variations of a score have many more exceptions.

    Classes that are far apart by nature are divided by many numbers, a formula by one only.
    """
    counts = np.bincount(codes[rows])
    enough = many_more(score, found, int(np.sort(counts)[-2]))
    for compute in score.varied:
        other = segments(compute(rows), codes[rows], len(counts))
        if other is not None and other.exceptions < enough:
            return False
    return True


def many_more(score: Score, found: Segments, second: int) -> float:
    """Return the exceptions from which on another number is clearly worse.

    Args:
        score: The score.
        found: Its ranges and exceptions.
        second: Rows of the second largest class.
    """
    compares = score.compares is not None and found.compares
    times = MORE_WRONG_THAN_COMPARISON if compares else MORE_WRONG
    return max(times * (found.exceptions + 1), MORE_WRONG_IN_CLASS * second)


def balanced(rows: Rows, codes: Codes, size: int, classes: int) -> Rows:
    """Return about `size` of the rows, of all classes alike; ascending."""
    each = max(1, size // classes)
    parts = [rows[codes[rows] == code][:each] for code in range(classes)]
    return np.sort(np.concatenate(parts))
