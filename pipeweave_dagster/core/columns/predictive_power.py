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
    sides = np.array([_tied_aucs(*side) for side in zip(predicted, table, strict=True)])
    known = np.isfinite(sides).sum(0)
    aucs = np.where(known > 0, np.nansum(sides, axis=0) / np.maximum(1, known), 0.5)
    return float(aucs[target.positive] if target.task == "binary" else np.mean(aucs))


def _tied_aucs(predicted: Floats, table: Floats) -> Floats:
    """Return the AUC of each class for predictions that are constant within a level.

    Takes O(levels * log levels * classes).

    Args:
        predicted: Shape (levels, classes): the prediction for the rows of each level.
        table: Shape (levels, classes): rows.

    Returns:
        Shape (classes,); NaN for a class of no or all rows.
    """
    order = np.argsort(predicted, axis=0, kind="stable")
    scores, inside = (np.take_along_axis(array, order, axis=0) for array in (predicted, table))
    outside = table.sum(1)[order] - inside
    below = np.cumsum(outside, axis=0)
    first, last = _ties(scores)
    at_start = np.take_along_axis(below - outside, first, axis=0)
    at_end = np.take_along_axis(below, last, axis=0)
    ordered = (inside * (at_start + at_end) / 2).sum(0)
    pairs = inside.sum(0) * outside.sum(0)
    aucs: Floats = np.divide(ordered, pairs, out=np.full(len(pairs), np.nan), where=pairs > 0)
    return aucs


def _ties(scores: Floats) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the first and the last place of the equal scores around each, in sorted columns."""
    place = np.broadcast_to(np.arange(len(scores))[:, None], scores.shape)
    starts = np.ones(scores.shape, bool)
    starts[1:] = scores[1:] != scores[:-1]
    ends = np.ones(scores.shape, bool)
    ends[:-1] = starts[1:]
    first = np.maximum.accumulate(np.where(starts, place, 0), axis=0)
    last = np.minimum.accumulate(np.where(ends, place, len(scores))[::-1], axis=0)[::-1]
    return first, last


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
