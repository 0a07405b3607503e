"""Exact counts of the target's classes beside a column: what fixes the target, and where."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeweave_dagster.core.columns.column import Column, Counts, Floats
from pipeweave_dagster.core.columns.predictive_power import binned, rank_correlation
from pipeweave_dagster.core.columns.target import Target

MAX_CELLS = 20_000_000
"""Above this many cells a column is counted in quantile bins instead of single values."""


def class_counts(column: Column, target: Target) -> Counts:
    """Shape (k + 1, classes): rows of each class at each distinct value; missing is the last row.

    Rows whose target is unknown are left out. A column with very many values is counted in as many
    quantile bins as fit into `MAX_CELLS`.
    """
    known = target.known
    if column.distinct * target.classes <= MAX_CELLS:
        levels = column.distinct + 1
        codes = np.where(column.codes < 0, column.distinct, column.codes)
    else:
        codes, levels = binned(column, max(2, MAX_CELLS // target.classes))
    cells = codes[known].astype(np.int64) * target.classes + target.codes[known]
    return np.bincount(cells, minlength=levels * target.classes).reshape(levels, target.classes)


def side_counts(column: Column, target: Target) -> Counts:
    """Shape (2, classes): rows of each class where the column is present, and missing."""
    known = target.known
    gone = (column.codes[known] < 0).astype(np.int64)
    cells = np.bincount(gone * target.classes + target.codes[known], minlength=2 * target.classes)
    return cells.reshape(2, target.classes)


@dataclass(frozen=True)
class Cut:
    """The best single cut of an ordered column between two classes.

    Attributes:
        exceptions: Rows on the wrong side.
        place: Distinct values below the cut.
    """

    exceptions: int
    place: int


def best_cut(counts: Counts) -> Cut:
    """The cut with the fewest exceptions; missing rows go to their commoner class.

    Args:
        counts: Shape (k + 1, 2), the values ascending, missing last.
    """
    values, missing = counts[:-1], counts[-1]
    below = np.vstack([np.zeros((1, 2), np.int64), np.cumsum(values, axis=0)])
    above = values.sum(0) - below
    wrong = np.minimum(below[:, 0] + above[:, 1], below[:, 1] + above[:, 0])
    place = int(wrong.argmin())
    return Cut(int(wrong[place] + missing.min()), place)


def class_runs(counts: Counts) -> tuple[int, int]:
    """Runs of one class along the values, and rows that are not of their value's commonest class.

    Args:
        counts: Shape (k + 1, classes), the values ascending, missing last.
    """
    values = counts[:-1]
    values = values[values.sum(1) > 0]
    if len(values) == 0:
        return 0, 0
    commonest = values.argmax(1)
    stray = int(values.sum() - values.max(1).sum() + counts[-1].sum())
    return 1 + int((np.diff(commonest) != 0).sum()), stray


def rank_auc(counts: Counts, wanted: int) -> float:
    """AUC of the values' order for one class against the rest, whichever direction; no missing.

    Args:
        counts: Shape (k + 1, classes), the values ascending, missing last.
        wanted: The class.
    """
    up = counts[:-1, wanted].astype(np.float64)
    down = counts[:-1].sum(1) - up
    if up.sum() == 0 or down.sum() == 0:
        return 0.5
    below = np.cumsum(down) - down
    auc = float((up * (below + down / 2)).sum() / (up.sum() * down.sum()))
    return max(auc, 1 - auc)


@dataclass(frozen=True)
class Order:
    """What the order of a column says of the classes; kept instead of the counts, which are large.

    Attributes:
        skill: Mean AUC of the classes over the rows that have a value, weighted by their share.
        cut: The best single cut, for two classes.
        runs: Runs of one class along the values.
        stray: Rows that are not of their value's commonest class, or have no value.
        rows: Rows that were counted.
    """

    skill: float
    cut: Cut | None
    runs: int
    stray: int
    rows: int


def order_of(column: Column, target: Target) -> Order:
    """Count an ordered column against the classes once, for all that its order can say."""
    counts = class_counts(column, target)
    rows = int(counts.sum())
    wanted = [target.positive] if target.task == "binary" else range(target.classes)
    auc = float(np.mean([rank_auc(counts, c) for c in wanted]))
    share = float(counts[:-1].sum() / max(1, rows))
    runs, stray = class_runs(counts)
    cut = best_cut(counts) if target.classes == 2 else None
    return Order(0.5 + (auc - 0.5) * share, cut, runs, stray, rows)


def order_r2(column: Column, target: Target) -> float:
    """Squared rank correlation with a number, weighted by the share of rows that have a value."""
    both = ((column.codes >= 0) & target.known).sum() / max(1, target.known.sum())
    return rank_correlation(column.codes, target.codes) ** 2 * float(both)


def surprise(hits: NDArray[np.int64], rows: NDArray[np.int64], base: Floats) -> Floats:
    """Log-likelihood ratio of a share `hits / rows` against the base share (both in [0, 1])."""
    n, p = np.maximum(rows, 1).astype(np.float64), np.clip(base, 1e-12, 1 - 1e-12)
    q = np.clip(hits / n, 1e-12, 1 - 1e-12)
    ratio: Floats = n * (q * np.log(q / p) + (1 - q) * np.log((1 - q) / (1 - p)))
    return ratio
