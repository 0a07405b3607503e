"""Exact class counts per value of a column, and how well its order separates the classes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeweave_dagster.core.columns.column import Column, Counts, Floats
from pipeweave_dagster.core.columns.predictive_power import binned
from pipeweave_dagster.core.columns.target import Target

MAX_CELLS = 20_000_000
"""With more cells, a column is counted in quantile bins instead of single values."""


def class_counts(column: Column, target: Target) -> Counts:
    """Count the rows of each class at each distinct value; shape (k + 1, classes), missing last.

    Rows without a target are excluded. A column with very many values is counted in as many
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


def missing_counts(column: Column, target: Target) -> Counts:
    """Count the rows of each class where the column is present, and missing; shape (2, classes)."""
    known = target.known
    is_missing = (column.codes[known] < 0).astype(np.int64)
    cells = np.bincount(
        is_missing * target.classes + target.codes[known], minlength=2 * target.classes
    )
    return cells.reshape(2, target.classes)


@dataclass(frozen=True)
class Cut:
    """The best single cut point of an ordered column between two classes.

    Attributes:
        exceptions: Rows on the wrong side.
        position: Number of distinct values below the cut point.
    """

    exceptions: int
    position: int


def best_cut(counts: Counts) -> Cut:
    """Return the cut point with the fewest exceptions; missing rows count as their majority class.

    Args:
        counts: Shape (k + 1, 2), the values ascending, missing last.
    """
    values, missing = counts[:-1], counts[-1]
    below = np.vstack([np.zeros((1, 2), np.int64), np.cumsum(values, axis=0)])
    above = values.sum(0) - below
    wrong = np.minimum(below[:, 0] + above[:, 1], below[:, 1] + above[:, 0])
    position = int(wrong.argmin())
    return Cut(int(wrong[position] + missing.min()), position)


def class_runs(counts: Counts) -> tuple[int, int]:
    """Return the runs of one majority class along the values, and the rows outside the majority.

    Args:
        counts: Shape (k + 1, classes), the values ascending, missing last.
    """
    values = counts[:-1]
    values = values[values.sum(1) > 0]
    if len(values) == 0:
        return 0, 0
    majority = values.argmax(1)
    stray = int(values.sum() - values.max(1).sum() + counts[-1].sum())
    return 1 + int((np.diff(majority) != 0).sum()), stray


def rank_aucs(counts: Counts) -> Floats:
    """Return the AUC of the values for each class against the rest, in the better direction.

    Missing values are excluded; 0.5 for a class of no or all rows. Takes O(k * classes).

    Args:
        counts: Shape (k + 1, classes), the values ascending, missing last.

    Returns:
        Shape (classes,).
    """
    values = counts[:-1].astype(np.float64)
    total = values.sum(1)
    middle = np.cumsum(total) - total / 2
    inside = values.sum(0)
    outside = total.sum() - inside
    # Among themselves, the rows of a class have half of their pairs in order.
    ordered = middle @ values - inside**2 / 2
    auc: Floats = np.divide(
        ordered, inside * outside, out=np.full(len(inside), 0.5), where=inside * outside > 0
    )
    return np.maximum(auc, 1 - auc)


@dataclass(frozen=True)
class OrderStatistics:
    """How well the order of a column separates the classes; kept instead of the large counts.

    Attributes:
        skill: Mean AUC of the classes over the rows that have a value, weighted by their share.
        cut: The best cut point, for two classes.
        runs: Runs of one majority class along the values.
        stray: Rows outside the majority class of their value, or without a value.
        rows: Counted rows.
    """

    skill: float
    cut: Cut | None
    runs: int
    stray: int
    rows: int


def order_statistics(column: Column, target: Target) -> OrderStatistics:
    """Compute the order statistics of a column from one count against the classes."""
    counts = class_counts(column, target)
    rows = int(counts.sum())
    aucs = rank_aucs(counts)
    auc = float(aucs[target.positive] if target.task == "binary" else np.mean(aucs))
    share = float(counts[:-1].sum() / max(1, rows))
    runs, stray = class_runs(counts)
    cut = best_cut(counts) if target.classes == 2 else None
    return OrderStatistics(0.5 + (auc - 0.5) * share, cut, runs, stray, rows)


def log_likelihood_ratio(hits: NDArray[np.int64], rows: NDArray[np.int64], base: Floats) -> Floats:
    """Return the log-likelihood ratio of the rate `hits / rows` against a base rate in [0, 1]."""
    n, p = np.maximum(rows, 1).astype(np.float64), np.clip(base, 1e-12, 1 - 1e-12)
    q = np.clip(hits / n, 1e-12, 1 - 1e-12)
    ratio: Floats = n * (q * np.log(q / p) + (1 - q) * np.log((1 - q) / (1 - p)))
    return ratio
