"""Exact counts of the target's classes beside a column: what fixes the target, and where."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeweave_dagster.core.columns.column import Column, Counts, Floats
from pipeweave_dagster.core.columns.power import rank_correlation
from pipeweave_dagster.core.columns.target import Target


def class_counts(column: Column, target: Target) -> Counts:
    """Shape (k + 1, classes): rows of each class at each distinct value; missing is the last row.

    Rows whose target is unknown are left out.
    """
    known = target.known
    codes = np.where(column.codes < 0, column.distinct, column.codes)[known].astype(np.int64)
    cells = np.bincount(
        codes * target.classes + target.codes[known],
        minlength=(column.distinct + 1) * target.classes,
    )
    return cells.reshape(column.distinct + 1, target.classes)


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


def order_skill(column: Column, target: Target, counts: Counts | None) -> float | None:
    """How well the mere order of a column tells the target; None for text.

    Squared rank correlation for numbers; for classes the AUC, over the rows that have a value,
    weighted by their share (a column that is mostly missing tells little).
    """
    if not column.ordered:
        return None
    if target.task == "regression" or counts is None:
        both = ((column.codes >= 0) & target.known).sum() / max(1, target.known.sum())
        return rank_correlation(column.codes, target.codes) ** 2 * float(both)
    share = float(counts[:-1].sum() / max(1, counts.sum()))
    wanted = [target.positive] if target.task == "binary" else range(target.classes)
    aucs = [rank_auc(counts, c) for c in wanted]
    return 0.5 + (float(np.mean(aucs)) - 0.5) * share


def surprise(hits: NDArray[np.int64], rows: NDArray[np.int64], base: Floats) -> Floats:
    """Log-likelihood ratio of a share `hits / rows` against the base share (both in [0, 1])."""
    n, p = np.maximum(rows, 1).astype(np.float64), np.clip(base, 1e-12, 1 - 1e-12)
    q = np.clip(hits / n, 1e-12, 1 - 1e-12)
    ratio: Floats = n * (q * np.log(q / p) + (1 - q) * np.log((1 - q) / (1 - p)))
    return ratio
