"""Estimates how likely each row's label is, from rows that the estimate was not fitted on.

Each half of the rows is predicted by a logistic regression fitted on the other half over the
log-odds of binned columns (naive Bayes with fitted weights, so that redundant columns do not count
twice).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeweave_dagster.core.columns.column import Column, Floats
from pipeweave_dagster.core.columns.predictive_power import binned
from pipeweave_dagster.core.columns.target import Target

MAX_BINS = 24
RIDGE = 1.0
MAX_ITERATIONS = 12
SMOOTHING = 2.0
Binned = tuple[NDArray[np.int32], int]
"""Codes of a column's bins, and the number of bins."""


def positive_probabilities(
    columns: Sequence[Column],
    target: Target,
    half_of_row: NDArray[np.int8],
    rows: NDArray[np.int64],
) -> Floats:
    """Return the out-of-sample probability of the positive class, shape (m,), in order of `rows`.

    Args:
        columns: The predictors.
        target: A binary target.
        half_of_row: Shape (n,): the half (0 or 1) of each row of the table.
        rows: Shape (m,): the rows to fit and predict; their target is known.
    """
    positive = (target.codes[rows] == target.positive).astype(np.float64)
    bins = [(codes[rows], size) for codes, size in (binned(c, MAX_BINS) for c in columns)]
    half = half_of_row[rows]
    probabilities = np.full(len(rows), positive.mean())
    for predicted in (half == 0, half == 1):
        fitted = ~predicted
        if not predicted.any() or len(np.unique(positive[fitted])) < 2:
            continue
        tables = [_log_odds(codes[fitted], size, positive[fitted]) for codes, size in bins]
        weights = _fit(_design(tables, bins, fitted), positive[fitted])
        z = _design(tables, bins, predicted) @ weights
        probabilities[predicted] = 1 / (1 + np.exp(-np.clip(z, -30, 30)))
    return probabilities


def _design(tables: list[Floats], bins: list[Binned], rows: NDArray[np.bool_]) -> Floats:
    """Return the log-odds of some rows, the constant first, filled into a single array."""
    x = np.ones((int(rows.sum()), len(bins) + 1))
    for column, (table, (codes, _)) in enumerate(zip(tables, bins, strict=True), start=1):
        x[:, column] = table[codes[rows]]
    return x


def _log_odds(codes: NDArray[np.int32], size: int, positive: Floats) -> Floats:
    """Return the log-odds of each bin against all rows, shape (size,); near 0 for few rows."""
    base = positive.mean()
    rows = np.bincount(codes, minlength=size)
    hits = np.bincount(codes, positive, minlength=size)
    rate = (hits + SMOOTHING * base) / (rows + SMOOTHING)
    odds: Floats = np.log(rate / (1 - rate)) - np.log(base / (1 - base))
    return np.nan_to_num(odds, posinf=8.0, neginf=-8.0)


def _fit(design: Floats, y: Floats) -> Floats:
    """Fit a ridge logistic regression by Newton's method; return its weights, constant first."""
    weights = np.zeros(design.shape[1])
    penalty = RIDGE * np.eye(len(weights))
    for _ in range(MAX_ITERATIONS):
        p = 1 / (1 + np.exp(-np.clip(design @ weights, -30, 30)))
        gradient = design.T @ (y - p) - penalty @ weights
        hessian = (design * (p * (1 - p))[:, None]).T @ design + penalty
        step = np.linalg.solve(hessian, gradient)
        weights += step
        if np.abs(step).max() < 1e-6:
            break
    return weights
