"""How likely each row's label is, by rows that it was not learned from.

Each half of the rows is judged by a logistic regression of the other half over the log-odds of its
bins (naive Bayes with fitted weights, so that columns that say the same are not counted twice).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeweave_dagster.core.columns.column import Column, Floats
from pipeweave_dagster.core.columns.predictive_power import binned
from pipeweave_dagster.core.columns.target import Target

MAX_BINS = 24
RIDGE = 1.0
ROUNDS = 12
SMOOTHING = 2.0


def label_odds(
    columns: Sequence[Column],
    target: Target,
    half: NDArray[np.int8],
    rows: NDArray[np.int64],
) -> Floats:
    """Shape (m,): probability of the positive class of a binary target, in the order of `rows`.

    Args:
        columns: The columns to judge by.
        target: A binary target.
        half: Shape (n,): the half of each row of the table.
        rows: Shape (m,): the rows to judge, and to learn from; their target is known.
    """
    positive = (target.codes[rows] == target.positive).astype(np.float64)
    parts = [(codes[rows], size) for codes, size in (binned(c, MAX_BINS) for c in columns)]
    side = half[rows]
    found = np.full(len(rows), positive.mean())
    for judge in (side == 0, side == 1):
        learn = ~judge
        if not judge.any() or len(np.unique(positive[learn])) < 2:
            continue
        tables = [_log_odds(codes[learn], size, positive[learn]) for codes, size in parts]
        weights = _fit(_design(tables, parts, learn), positive[learn])
        z = _design(tables, parts, judge) @ weights
        found[judge] = 1 / (1 + np.exp(-np.clip(z, -30, 30)))
    return found


def _design(
    tables: list[Floats], parts: list[tuple[NDArray[np.int32], int]], rows: NDArray[np.bool_]
) -> Floats:
    """Log-odds of some rows, the constant first; in the one array that is needed of them."""
    x = np.ones((int(rows.sum()), len(parts) + 1))
    for column, (table, (codes, _)) in enumerate(zip(tables, parts, strict=True), start=1):
        x[:, column] = table[codes[rows]]
    return x


def _log_odds(codes: NDArray[np.int32], levels: int, positive: Floats) -> Floats:
    """Shape (levels,): log-odds of each level against all rows, near 0 where rows are few."""
    base = positive.mean()
    rows = np.bincount(codes, minlength=levels)
    hits = np.bincount(codes, positive, minlength=levels)
    rate = (hits + SMOOTHING * base) / (rows + SMOOTHING)
    odds: Floats = np.log(rate / (1 - rate)) - np.log(base / (1 - base))
    return np.nan_to_num(odds, posinf=8.0, neginf=-8.0)


def _fit(design: Floats, y: Floats) -> Floats:
    """Weights of a ridge logistic regression, the constant first (Newton's method)."""
    weights = np.zeros(design.shape[1])
    penalty = RIDGE * np.eye(len(weights))
    for _ in range(ROUNDS):
        p = 1 / (1 + np.exp(-np.clip(design @ weights, -30, 30)))
        slope = design.T @ (y - p) - penalty @ weights
        curve = (design * (p * (1 - p))[:, None]).T @ design + penalty
        step = np.linalg.solve(curve, slope)
        weights += step
        if np.abs(step).max() < 1e-6:
            break
    return weights
