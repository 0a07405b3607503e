"""How far two samples differ, as a share of rows, and how probable that is without a change.

The effect sizes do not grow with the number of rows; the p-values account for chance. All p-values
are upper bounds for samples of independent rows, so they also hold far in the tail, where those of
the normal and chi-square approximations do not.
"""

import math

import numpy as np
from numpy.typing import NDArray

from pipeweave_dagster.core.columns.column import Counts, Floats

Rows = NDArray[np.float64] | NDArray[np.int64]


def kolmogorov_smirnov(
    first: tuple[Floats, Counts], second: tuple[Floats, Counts]
) -> tuple[float, float]:
    """Return the largest difference of the cumulative shares of two samples, and its p-value.

    The p-value is the bound of Dvoretzky, Kiefer and Wolfowitz with the constant of Massart (1990),
    for two samples as in Wei and Dudley (2012). Ties only make it more conservative.

    Args:
        first: Ascending distinct values, and the rows of each.
        second: Those of the other sample.

    Example:
        >>> values = np.array([1.0, 2.0])
        >>> kolmogorov_smirnov((values, np.array([90, 10])), (values, np.array([50, 50])))[0]
        0.4
    """
    n, m = int(first[1].sum()), int(second[1].sum())
    few, many = sorted([first, second], key=lambda side: len(side[0]))
    upto, beyond = _shares_at(few, few[0]), _shares_at(many, few[0])
    # Between two values of the one sample, its share is constant and that of the other one grows,
    # so the difference is largest at one of the two, or just before the second.
    found = [np.abs(a - b).max(initial=0.0) for a, b in zip(upto, beyond, strict=True)]
    effect = float(max(*found, abs((n > 0) - (m > 0))))
    p_value = 2 * math.exp(-2 * effect**2 * n * m / max(1, n + m))
    return round(effect, 6), min(1.0, p_value)


def total_variation(first: Rows, second: Rows) -> tuple[float, float]:
    """Return half the sum of the differences of all shares of two samples, and a p-value.

    It is the least share of rows that would have to change category. The p-value is that of the
    category that differs most clearly, times the number of categories (Bonferroni).

    Args:
        first: Rows per category.
        second: Rows of the other sample in the same categories.
    """
    n, m = float(first.sum()), float(second.sum())
    if not n or not m:
        return 0.0, 1.0
    effect = float(np.abs(first / n - second / m).sum() / 2)
    used = np.flatnonzero(first + second)
    least = min(share_p_value((first[k], n), (second[k], m)) for k in used)
    return round(effect, 6), min(1.0, least * len(used))


def share_p_value(first: tuple[float, float], second: tuple[float, float]) -> float:
    """Return the p-value of the difference of two shares, each given as rows and total.

    Without a change the smaller sample is drawn from both together without replacement, and
    Hoeffding's bound (1963) for its tail is exp(-n KL), with the Kullback-Leibler divergence of its
    share from the pooled one.
    """
    (rows, total), other = sorted([first, second], key=lambda side: side[1])
    if not total:
        return 1.0
    pooled = (rows + other[0]) / (total + other[1])
    return min(1.0, 2 * math.exp(-total * _divergence(rows / total, pooled)))


def unseen_p_value(rows: int, old: int, new: int, categories: int) -> float:
    """Return the p-value of a category with `rows` rows in the new sample and none in the old.

    Without a change all assignments of its rows to the two samples are equally probable, so the
    old sample has none of them with a probability of at most (new / (old + new)) ** rows. Any of
    the `categories` of both samples could have been this one.
    """
    if not new or not rows:
        return 1.0
    return min(1.0, categories * math.exp(rows * math.log(new / (old + new))))


def _shares_at(sample: tuple[Floats, Counts], places: Floats) -> tuple[Floats, Floats]:
    """Return the share of the rows of a sample up to each place, and that before it."""
    values, counts = sample
    rows = np.append(0, np.cumsum(counts))
    upto, before = (np.searchsorted(values, places, side=side) for side in ("right", "left"))
    total = max(1, int(rows[-1]))
    return rows[upto] / total, rows[before] / total


def _divergence(share: float, pooled: float) -> float:
    """Return the Kullback-Leibler divergence of two Bernoulli distributions."""
    total = 0.0
    for p, q in ((share, pooled), (1 - share, 1 - pooled)):
        if p > 0:
            total += p * math.log(p / q)
    return max(0.0, total)
