"""How well one column alone tells the target, on rows that it was not learned from."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeweave_dagster.core.columns.column import Codes, Column, Floats
from pipeweave_dagster.core.columns.target import Target

MAX_BINS = 128
_SMOOTHING = 1.0


@dataclass(frozen=True)
class Power:
    """Skill of a column: AUC for classes (macro one against the rest), R2 for numbers."""

    metric: str
    value: float

    @property
    def skill(self) -> float:
        """From 0 (no better than a constant) to 1 (perfect), so that both metrics compare."""
        return max(0.0, 2 * self.value - 1 if self.metric == "auc" else self.value)


def binned(column: Column, bins: int = MAX_BINS) -> tuple[Codes, int]:
    """Codes with at most `bins` levels plus one for missing, and the number of levels.

    Ordered columns are cut at quantiles, equal values staying together; the rarer categories of
    text columns share one level. Missing is the last level.
    """
    place = places(column, bins)
    return place[column.codes], int(place[-1]) + 1


def places(column: Column, bins: int = MAX_BINS) -> Codes:
    """Shape (k + 1,): the level of each distinct value, and at the end that of missing."""
    if column.distinct <= bins:
        place = np.arange(column.distinct, dtype=np.int32)
    elif column.ordered:
        before = np.cumsum(column.counts) - column.counts
        cut = before * bins // max(1, column.present)
        place = np.unique(cut, return_inverse=True)[1].astype(np.int32)
    else:
        place = np.full(column.distinct, bins - 1, np.int32)
        place[np.argsort(-column.counts, kind="stable")[: bins - 1]] = np.arange(bins - 1)
    levels = int(place.max()) + 1 if len(place) else 0
    return np.append(place, np.int32(levels))


def halves(rows: int, seed: int = 0) -> NDArray[np.int8]:
    """Shape (n,): 0 or 1, a fixed division of the rows that does not follow their order."""
    return np.random.default_rng(seed).integers(0, 2, rows, dtype=np.int8)


def power(codes: Codes, levels: int, target: Target, half: NDArray[np.int8]) -> Power:
    """Cross-fitted skill of a coded column: each half is predicted from the other.

    Args:
        codes: Shape (n,), from 0 to `levels` - 1.
        levels: Number of levels.
        target: The target; rows without it are left out.
        half: Shape (n,): the half of each row.
    """
    known = target.known
    codes, side = codes[known], half[known].astype(np.int64)
    if target.values is not None:
        return Power("r2", _r2(codes, levels, target.values[known], side))
    return Power("auc", _auc(codes, levels, target, target.codes[known], side))


def _r2(codes: Codes, levels: int, values: Floats, half: NDArray[np.int64]) -> float:
    values = values / max(1.0, float(np.abs(values).max(initial=0.0)))  # squares stay finite
    if len(values) < 4 or values.std() == 0:
        return 0.0
    key = codes + levels * half
    counts = np.bincount(key, minlength=2 * levels).reshape(2, levels)
    sums = np.bincount(key, values, minlength=2 * levels).reshape(2, levels)
    squares = np.bincount(key, values**2, minlength=2 * levels).reshape(2, levels)
    overall = sums.sum(1) / np.maximum(1, counts.sum(1))
    means = (sums + _SMOOTHING * overall[:, None]) / (counts + _SMOOTHING)
    guess = means[::-1]
    residual = (squares - 2 * guess * sums + guess**2 * counts).sum()
    total = ((values - values.mean()) ** 2).sum()
    return float(1 - residual / total)


def _auc(
    codes: Codes, levels: int, target: Target, classes: Codes, half: NDArray[np.int64]
) -> float:
    key = (codes.astype(np.int64) + levels * half) * target.classes + classes
    counts = np.bincount(key, minlength=2 * levels * target.classes)
    table: Floats = counts.reshape(2, levels, target.classes).astype(np.float64)
    base = table.sum(1) / np.maximum(1.0, table.sum((1, 2)))[:, None]
    rates = (table + _SMOOTHING * base[:, None]) / (table.sum(2, keepdims=True) + _SMOOTHING)
    guess = rates[::-1]
    wanted = [target.positive] if target.task == "binary" else range(target.classes)
    return float(np.mean([_group_auc(guess[..., c], table, c) for c in wanted]))


def _group_auc(guess: Floats, table: Floats, wanted: int) -> float:
    """Mean over both halves of the AUC of a guess that is constant within a level."""
    scores = []
    for side in (0, 1):
        positive = table[side, :, wanted]
        negative = table[side].sum(1) - positive
        if positive.sum() == 0 or negative.sum() == 0:
            continue
        _, tie = np.unique(guess[side], return_inverse=True)
        up, down = np.bincount(tie, positive), np.bincount(tie, negative)
        below = np.cumsum(down) - down
        scores.append(float((up * (below + down / 2)).sum() / (up.sum() * down.sum())))
    return float(np.mean(scores)) if scores else 0.5


def rank_correlation(x: Codes, y: Codes) -> float:
    """Spearman's rho of two code columns (ties share their mean rank), rows with both known."""
    both = (x >= 0) & (y >= 0)
    if both.sum() < 3:
        return 0.0
    a, b = _ranks(x[both]), _ranks(y[both])
    spread = a.std() * b.std()
    if spread == 0:
        return 0.0
    return float(((a - a.mean()) * (b - b.mean())).mean() / spread)


def _ranks(codes: Codes) -> Floats:
    counts = np.bincount(codes)
    ranks: Floats = np.cumsum(counts) - (counts - 1) / 2
    return ranks[codes]
