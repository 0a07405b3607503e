"""Finds pairs of columns whose sum, difference, product or ratio is constant within each class."""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from pipeweave_dagster.core.columns.column import Column, Floats
from pipeweave_dagster.core.columns.target import Target
from pipeweave_dagster.core.quality.robust_statistics import (
    median_deviations,
    row_medians,
    spread,
)

MIN_CLASS_SAMPLE = 5
CONSTANT_TOLERANCE = 1e-6
"""How far values of one class may differ, relative to the smaller spread of the two columns."""
OPERATIONS: dict[str, Callable[[Floats, Floats], Floats]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / np.where(b == 0, np.nan, b),
}
Match = tuple[int, int, str, int]
"""Positions of the two columns, the operator, and the number of exceptions."""


def class_formulas(
    columns: list[Column], target: Target, known: NDArray[np.int64], sample: NDArray[np.int64]
) -> Iterator[Match]:
    """Yield the pairs that determine the class, with at most the exceptions that are allowed.

    Args:
        columns: Numeric columns.
        target: A target with classes.
        known: Rows with a known target.
        sample: Some of these rows, on which candidates are found.
    """
    two_largest = np.argsort(-target.counts)[:2]
    by_class = [sample[target.codes[sample] == label] for label in two_largest]
    if min(len(rows) for rows in by_class) < MIN_CLASS_SAMPLE:
        return
    values = [np.array([c.values()[rows] for c in columns]) for rows in by_class]
    spreads = np.array([spread(c.values()[known]) for c in columns])
    for i in range(len(columns) - 1):
        limit = CONSTANT_TOLERANCE * np.minimum(spreads[i], spreads[i + 1 :])
        for name, operation in OPERATIONS.items():
            results = [operation(part[i], part[i + 1 :]) for part in values]
            constant = np.all([median_deviations(r) <= limit for r in results], axis=0)
            apart = np.abs(row_medians(results[0]) - row_medians(results[1])) > 10 * limit
            for j in np.flatnonzero(constant & apart & (limit > 0)) + i + 1:
                left, right = (columns[at].values()[known] for at in (i, j))
                combined = operation(left, right)
                exceptions = _exceptions(combined, target.codes[known], target.classes)
                if exceptions <= target.exceptions_allowed:
                    yield i, int(j), name, exceptions


def _exceptions(combined: Floats, codes: NDArray[np.int32], classes: int) -> int:
    """Count rows that miss the constant of their class; all rows if two constants coincide."""
    constants = np.full(classes, np.nan)
    for label in range(classes):
        values = combined[codes == label]
        values = values[np.isfinite(values)]
        constants[label] = np.median(values) if len(values) else np.nan
    gaps = np.diff(np.sort(constants[np.isfinite(constants)]))
    if len(gaps) == 0 or gaps.min() <= 0:
        return len(codes)
    near = np.abs(combined - constants[codes]) <= 0.01 * gaps.min()
    return int((~near).sum())
