"""How well a single column predicts the target, on rows that it was not fitted on."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeweave_dagster.core.columns.column import Codes, Column, Floats
from pipeweave_dagster.core.columns.deviations import standardised
from pipeweave_dagster.core.columns.target import Target

MAX_BINS = 128
_SMOOTHING = 1.0


@dataclass(frozen=True)
class Power:
    """Score of a single column: AUC for classes (macro average, one-vs-rest), R2 for numbers."""

    metric: str
    value: float

    @property
    def skill(self) -> float:
        """The score from 0 (no better than a constant) to 1 (perfect), alike for both metrics."""
        return max(0.0, 2 * self.value - 1 if self.metric == "auc" else self.value)


def binned(column: Column, bins: int = MAX_BINS) -> tuple[Codes, int]:
    """Return codes with at most `bins` levels plus one for missing, and the number of levels.

    Ordered columns are binned at quantiles without splitting equal values; the rarer categories of
    text columns share one level. Missing is the last level.
    """
    index = bin_indices(column, bins)
    return index[column.codes], int(index[-1]) + 1


def bin_indices(column: Column, bins: int = MAX_BINS) -> Codes:
    """Return the level of each distinct value, and last that of missing; shape (k + 1,)."""
    if column.distinct <= bins:
        index = np.arange(column.distinct, dtype=np.int32)
    elif column.ordered:
        before = np.cumsum(column.counts) - column.counts
        cut = before * bins // max(1, column.present)
        index = np.unique(cut, return_inverse=True)[1].astype(np.int32)
    else:
        index = np.full(column.distinct, bins - 1, np.int32)
        index[np.argsort(-column.counts, kind="stable")[: bins - 1]] = np.arange(bins - 1)
    levels = int(index.max()) + 1 if len(index) else 0
    return np.append(index, np.int32(levels))


def split_halves(rows: int, seed: int = 0) -> NDArray[np.int8]:
    """Return a fixed random split of the rows into halves 0 and 1; shape (n,)."""
    return np.random.default_rng(seed).integers(0, 2, rows, dtype=np.int8)


def power(codes: Codes, levels: int, target: Target, half: NDArray[np.int8]) -> Power:
    """Compute the cross-fitted score of an encoded column: each half is predicted from the other.

    Args:
        codes: Shape (n,), from 0 to `levels` - 1.
        levels: Number of levels.
        target: The target; rows without it are excluded.
        half: Shape (n,): the half of each row, from `split_halves`.
    """
    known = target.known
    codes, side = codes[known], half[known].astype(np.int64)
    if target.values is not None:
        return Power("r2", _r2(codes, levels, target.values[known], side))
    return Power("auc", _auc(codes, levels, target, target.codes[known], side))


def _r2(codes: Codes, levels: int, values: Floats, half: NDArray[np.int64]) -> float:
    """Return the cross-fitted R², at most 1, from deviations: sums of squares would cancel."""
    values = standardised(values)
    if len(values) < 4 or not values.any():
        return 0.0
    key = codes + levels * half
    counts = np.bincount(key, minlength=2 * levels).reshape(2, levels)
    sums = np.bincount(key, values, minlength=2 * levels).reshape(2, levels)
    overall = sums.sum(1) / np.maximum(1, counts.sum(1))
    means = (sums + _SMOOTHING * overall[:, None]) / (counts + _SMOOTHING)
    residual = ((values - means[1 - half, codes]) ** 2).sum()
    return float(1 - residual / (values**2).sum())


def _auc(
    codes: Codes, levels: int, target: Target, classes: Codes, half: NDArray[np.int64]
) -> float:
    key = (codes.astype(np.int64) + levels * half) * target.classes + classes
    counts = np.bincount(key, minlength=2 * levels * target.classes)
    table: Floats = counts.reshape(2, levels, target.classes).astype(np.float64)
    base = table.sum(1) / np.maximum(1.0, table.sum((1, 2)))[:, None]
    rates = (table + _SMOOTHING * base[:, None]) / (table.sum(2, keepdims=True) + _SMOOTHING)
    predicted = rates[::-1]
    classes_ = [target.positive] if target.task == "binary" else range(target.classes)
    return float(np.mean([_tied_auc(predicted[..., c], table, c) for c in classes_]))


def _tied_auc(predicted: Floats, table: Floats, class_: int) -> float:
    """Return the mean AUC over both halves of a prediction that is constant within a level."""
    scores = []
    for side in (0, 1):
        positive = table[side, :, class_]
        negative = table[side].sum(1) - positive
        if positive.sum() == 0 or negative.sum() == 0:
            continue
        _, tie = np.unique(predicted[side], return_inverse=True)
        positives, negatives = np.bincount(tie, positive), np.bincount(tie, negative)
        below = np.cumsum(negatives) - negatives
        scores.append(
            float((positives * (below + negatives / 2)).sum() / (positives.sum() * negatives.sum()))
        )
    return float(np.mean(scores)) if scores else 0.5


def rank_correlation(x: Codes, y: Codes) -> float:
    """Return Spearman's rho of two code columns (mean ranks for ties), over rows with both."""
    both = (x >= 0) & (y >= 0)
    if both.sum() < 3:
        return 0.0
    if not both.all():
        x, y = x[both], y[both]
    a, b = _ranks(x), _ranks(y)
    spread = a.std() * b.std()
    if spread == 0:
        return 0.0
    return float(((a - a.mean()) * (b - b.mean())).mean() / spread)


def _ranks(codes: Codes) -> Floats:
    counts = np.bincount(codes)
    ranks: Floats = np.cumsum(counts) - (counts - 1) / 2
    return ranks[codes]
