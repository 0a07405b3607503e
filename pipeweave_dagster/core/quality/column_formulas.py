"""Finds pairs of columns whose sum, difference, product or ratio is the target.

Candidates are found on a small sample of rows and confirmed on all of them.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeweave_dagster.core.columns.column import Column, Floats
from pipeweave_dagster.core.columns.target import Target

MAX_COLUMNS = 150
SAMPLE = 256
MIN_ROWS = 50
MIN_VALUES = 5
MAX_EXCEPTIONS = 0.001
MIN_VARIED = 20
MAX_VARIED_WRONG = 0.05
CLOSE = 1e-3
"""How far a formula may be off, relative to the spread of the target: values are often rounded."""
SLACK = 4.0
"""How much farther single rows may be off than the middle one."""


@dataclass(frozen=True)
class Formula:
    """`target = left (operator) right`, perhaps times or plus a constant."""

    left: Column
    right: Column
    operator: str
    exceptions: int
    rows: int


Combine = Callable[[Floats, Floats], Floats]
_PLUS_MINUS: dict[str, Combine] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "- (reversed)": lambda a, b: b - a,
}
_TIMES_BY: dict[str, Combine] = {
    "*": lambda a, b: a + b,
    "/": lambda a, b: a - b,
    "/ (reversed)": lambda a, b: b - a,
}
_OF_CLASSES: dict[str, Combine] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / np.where(b == 0, np.nan, b),
}


def usable(columns: list[Column]) -> list[Column]:
    """Number columns with enough values, the most varied first, at most `MAX_COLUMNS`."""
    numbers = [c for c in columns if c.ordered and c.info.storage in {"integer", "number"}]
    varied = [c for c in numbers if c.distinct >= MIN_VALUES and c.present >= 0.9 * c.rows]
    return sorted(varied, key=lambda c: -c.distinct)[:MAX_COLUMNS]


def formulas(columns: list[Column], target: Target, seed: int = 0) -> Iterator[Formula]:
    """All pairs that give the target with at most 0.1 % exceptions."""
    known = np.flatnonzero(target.known)
    if len(known) < MIN_ROWS or len(columns) < 2:
        return
    rng = np.random.default_rng(seed)
    sample = np.sort(rng.choice(known, min(SAMPLE, len(known)), replace=False))
    if target.values is None:
        yield from _of_classes(columns, target, known, sample)
        return
    y = target.values
    yield from _search(columns, _plain, y, _PLUS_MINUS, CLOSE * _spread(y[known]), (known, sample))
    # Products and ratios are sums of logarithms; signs and zeros have to agree too.
    logs = _logarithms(y)
    if np.isfinite(logs[sample]).sum() >= MIN_ROWS and _spread(logs[known]) >= 20 * CLOSE:
        yield from _search(columns, _logarithms, logs, _TIMES_BY, CLOSE, (known, sample))


def _search(
    columns: list[Column],
    term: Callable[[Floats], Floats],
    y: Floats,
    combine: dict[str, Combine],
    limit: float,
    rows: tuple[NDArray[np.int64], NDArray[np.int64]],
) -> Iterator[Formula]:
    known, sample = rows
    if limit <= 0:
        return
    # Values of all rows are made where they are asked for: of all columns they are a table again.
    few, aim = np.array([term(c.values()[sample]) for c in columns]), y[sample]
    for i in range(len(columns) - 1):
        for name, operation in combine.items():
            rest = aim - operation(few[i], few[i + 1 :])
            for j in np.flatnonzero(_middle(rest) <= limit) + i + 1:
                left, right = (term(columns[at].values()[known]) for at in (i, j))
                off = y[known] - operation(left, right)
                wrong = _exceptions(off, limit, y[known])
                if wrong <= MAX_EXCEPTIONS * len(known):
                    yield Formula(columns[i], columns[j], name, wrong, len(known))


def _of_classes(
    columns: list[Column],
    target: Target,
    known: NDArray[np.int64],
    sample: NDArray[np.int64],
) -> Iterator[Formula]:
    """Pairs whose combination has one constant value in each class."""
    groups = [sample[target.codes[sample] == c] for c in np.argsort(-target.counts)[:2]]
    if min(len(group) for group in groups) < 5:
        return
    few = [np.array([c.values()[group] for c in columns]) for group in groups]
    scale = np.array([_spread(c.values()[known]) for c in columns])
    for i in range(len(columns) - 1):
        limit = 1e-6 * np.minimum(scale[i], scale[i + 1 :])
        for name, operation in _OF_CLASSES.items():
            results = [operation(part[i], part[i + 1 :]) for part in few]
            steady = np.all([_middle(r) <= limit for r in results], axis=0)
            apart = np.abs(_median(results[0]) - _median(results[1])) > 10 * limit
            for j in np.flatnonzero(steady & apart & (limit > 0)) + i + 1:
                left, right = (columns[at].values()[known] for at in (i, j))
                found = operation(left, right)
                wrong = _class_exceptions(found, target.codes[known], target.classes)
                if wrong <= target.exceptions_allowed:
                    yield Formula(columns[i], columns[j], name, wrong, len(known))


def _class_exceptions(found: Floats, codes: NDArray[np.int32], classes: int) -> int:
    """Rows whose combination is not the constant of their class; all rows if constants coincide."""
    usual = np.full(classes, np.nan)
    for label in range(classes):
        mine = found[codes == label]
        mine = mine[np.isfinite(mine)]
        usual[label] = np.median(mine) if len(mine) else np.nan
    gaps = np.diff(np.sort(usual[np.isfinite(usual)]))
    if len(gaps) == 0 or gaps.min() <= 0:
        return len(codes)
    near = np.abs(found - usual[codes]) <= 0.01 * gaps.min()
    return int((~near).sum())


def _exceptions(off: Floats, limit: float, y: Floats) -> int:
    """Rows that a formula misses; all of them if it only holds where the target is as usual."""
    tested = np.isfinite(off)
    if tested.sum() < MIN_ROWS or tested.sum() < 0.9 * len(off):
        return len(off)
    wrong = tested & (np.abs(off - np.median(off[tested])) > SLACK * limit)
    varied = tested & (np.abs(y - np.median(y[tested])) > SLACK * limit)
    if varied.sum() < MIN_VARIED or wrong[varied].mean() > MAX_VARIED_WRONG:
        return len(off)
    return int(wrong.sum())


def _plain(values: Floats) -> Floats:
    return values


def _logarithms(values: Floats) -> Floats:
    size = np.abs(values)
    return np.log(np.where(size > 0, size, np.nan))


def _median(rows: Floats) -> Floats:
    """Median of each row, missing values last (so that they do not count as hits)."""
    ordered = np.sort(rows, axis=1)
    middle: Floats = ordered[:, rows.shape[1] // 2]
    return middle


def _middle(rows: Floats) -> Floats:
    """Median distance of each row from its median; NaN where most of it is missing."""
    away = np.abs(rows - _median(rows)[:, None])
    return _median(away)


def _spread(values: Floats) -> float:
    known = values[np.isfinite(values)]
    if len(known) == 0:
        return 0.0
    low, high = np.percentile(known, [10, 90])
    return float(high - low) or float(known.std())
