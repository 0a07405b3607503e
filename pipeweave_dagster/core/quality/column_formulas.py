"""Finds pairs of columns whose sum, difference, product or ratio is the target.

Candidates are found on a small sample of rows and confirmed on all of them.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeweave_dagster.core.columns.column import Column, Floats
from pipeweave_dagster.core.columns.target import Target
from pipeweave_dagster.core.quality.class_formulas import class_formulas
from pipeweave_dagster.core.quality.robust_statistics import median_deviations, spread

MAX_COLUMNS = 150
SAMPLE_ROWS = 256
MIN_ROWS = 50
MIN_VALUES = 5
MAX_EXCEPTIONS = 0.001
MIN_UNUSUAL = 20
MAX_UNUSUAL_WRONG = 0.05
TOLERANCE = 1e-3
"""How far a formula may be off, relative to the spread of the target: values are often rounded."""
ROW_SLACK = 4.0
"""How much farther single rows may be off than the median row."""
REVERSED = " (reversed)"


@dataclass(frozen=True)
class Formula:
    """`target = left (operator) right`, up to a constant factor or offset."""

    left: Column
    right: Column
    operator: str
    exceptions: int
    rows: int

    @property
    def expression(self) -> str:
        """The right-hand side with column names, such as `'price' - 'cost'`."""
        names = [self.left.name, self.right.name]
        if self.operator.endswith(REVERSED):
            names.reverse()
        return f"'{names[0]}' {self.operator.removesuffix(REVERSED)} '{names[1]}'"


Combine = Callable[[Floats, Floats], Floats]
_SUMS: dict[str, Combine] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    f"-{REVERSED}": lambda a, b: b - a,
}
_SUMS_OF_LOGARITHMS: dict[str, Combine] = {
    "*": lambda a, b: a + b,
    "/": lambda a, b: a - b,
    f"/{REVERSED}": lambda a, b: b - a,
}


def usable(columns: list[Column]) -> list[Column]:
    """Return numeric columns with enough values, the most varied first, at most `MAX_COLUMNS`."""
    numbers = [c for c in columns if c.ordered and c.info.storage in {"integer", "number"}]
    varied = [c for c in numbers if c.distinct >= MIN_VALUES and c.present >= 0.9 * c.rows]
    return sorted(varied, key=lambda c: -c.distinct)[:MAX_COLUMNS]


def formulas(columns: list[Column], target: Target, seed: int = 0) -> Iterator[Formula]:
    """Yield all pairs that give the target with at most 0.1 % exceptions."""
    known = np.flatnonzero(target.known)
    if len(known) < MIN_ROWS or len(columns) < 2:
        return
    rng = np.random.default_rng(seed)
    sample = np.sort(rng.choice(known, min(SAMPLE_ROWS, len(known)), replace=False))
    if target.values is None:
        for i, j, operator, exceptions in class_formulas(columns, target, known, sample):
            yield Formula(columns[i], columns[j], operator, exceptions, len(known))
        return
    y = target.values
    limit = TOLERANCE * spread(y[known])
    yield from _search(columns, _identity, y, _SUMS, limit, (known, sample))
    # Products and ratios are sums of logarithms; signs and zeros have to agree too.
    logs = _logarithms(y)
    if np.isfinite(logs[sample]).sum() >= MIN_ROWS and spread(logs[known]) >= 20 * TOLERANCE:
        operations = _SUMS_OF_LOGARITHMS
        yield from _search(columns, _logarithms, logs, operations, TOLERANCE, (known, sample))


def _search(
    columns: list[Column],
    transform: Callable[[Floats], Floats],
    y: Floats,
    operations: dict[str, Combine],
    limit: float,
    rows: tuple[NDArray[np.int64], NDArray[np.int64]],
) -> Iterator[Formula]:
    known, sample = rows
    if limit <= 0:
        return
    # Full columns are computed one pair at a time; all of them would be a second table in memory.
    values, wanted = np.array([transform(c.values()[sample]) for c in columns]), y[sample]
    for i in range(len(columns) - 1):
        for name, operation in operations.items():
            residuals = wanted - operation(values[i], values[i + 1 :])
            for j in np.flatnonzero(median_deviations(residuals) <= limit) + i + 1:
                left, right = (transform(columns[at].values()[known]) for at in (i, j))
                errors = y[known] - operation(left, right)
                exceptions = _exceptions(errors, limit, y[known])
                if exceptions <= MAX_EXCEPTIONS * len(known):
                    yield Formula(columns[i], columns[j], name, exceptions, len(known))


def _exceptions(errors: Floats, limit: float, y: Floats) -> int:
    """Count rows that a formula misses; all of them if it only holds where the target is usual."""
    tested = np.isfinite(errors)
    if tested.sum() < MIN_ROWS or tested.sum() < 0.9 * len(errors):
        return len(errors)
    wrong = tested & (np.abs(errors - np.median(errors[tested])) > ROW_SLACK * limit)
    unusual = tested & (np.abs(y - np.median(y[tested])) > ROW_SLACK * limit)
    if unusual.sum() < MIN_UNUSUAL or wrong[unusual].mean() > MAX_UNUSUAL_WRONG:
        return len(errors)
    return int(wrong.sum())


def _identity(values: Floats) -> Floats:
    return values


def _logarithms(values: Floats) -> Floats:
    size = np.abs(values)
    return np.log(np.where(size > 0, size, np.nan))
