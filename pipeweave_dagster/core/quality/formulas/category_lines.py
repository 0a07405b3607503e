"""Formulas whose factor or amount depends on a category: currencies, units, taxes, tariffs."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from pipeweave_dagster.core.columns.column import Column, Floats
from pipeweave_dagster.core.quality.formulas.formula import Expression
from pipeweave_dagster.core.quality.formulas.precision import HALF_STEP, step_of
from pipeweave_dagster.core.quality.formulas.sums import Problem
from pipeweave_dagster.core.quality.formulas.terms import Rows, Term, matrix, quoted
from pipeweave_dagster.core.quality.robust_statistics import spread

MAX_CATEGORIES = 12
MAX_LEVELS = 40
MAX_DUMMIES = 12
ROWS_PER_LEVEL = 8
MIN_INLIERS = 0.93
MAX_SLACK = 0.02
"""How far the rounding of a column may move the target, relative to the target's spread."""
BITS_PER_LEVEL = 14.0
"""Bits of one number per level: about four digits."""


def categories(columns: Sequence[Column]) -> list[Column]:
    """Return the columns that may select a factor: few levels, texts first."""
    fit = [c for c in columns if 2 <= c.distinct <= MAX_LEVELS]
    fit = [c for c in fit if c.present >= ROWS_PER_LEVEL * c.distinct]
    return sorted(fit, key=lambda c: (c.numbers is not None, c.distinct))[:MAX_CATEGORIES]


def lines_by_category(
    problem: Problem, terms: Sequence[Term], columns: Sequence[Column]
) -> Iterator[Expression]:
    """Yield straight lines of one term whose slope or constant depends on a category.

    Takes O(rows * terms) per category.
    """
    rows = problem.finding
    values = matrix(terms, rows)
    for category in columns:
        codes = category.codes[rows]
        for at in _fitting(values, codes, category.distinct, problem):
            if terms[at].columns != (category.name,):
                yield _line(problem, terms[at], category)


def _fitting(
    values: Floats, codes: NDArray[np.int32], levels: int, problem: Problem
) -> NDArray[np.int64]:
    """Return the terms for which lines by level give the target."""
    y, tolerance = problem.y[problem.finding], problem.tolerance[problem.finding]
    known = codes >= 0
    values, codes, y, tolerance = values[known], codes[known], y[known], tolerance[known]
    usable = np.isfinite(values)
    values = np.where(usable, values, 0.0)
    for _ in range(3):
        errors = np.abs(y[:, None] - _lines(values, codes, levels, y, usable))
        typical = np.median(errors, 0)
        usable_next = usable & (errors <= np.maximum(tolerance[:, None], 5 * typical))
        if (usable_next == usable).all():
            break
        usable = usable_next
    fits = (errors <= tolerance[:, None] + MAX_SLACK * spread(y)).mean(0) >= MIN_INLIERS
    return np.flatnonzero(fits)


def _lines(
    x: Floats, codes: NDArray[np.int32], levels: int, y: Floats, usable: NDArray[np.bool_]
) -> Floats:
    """Return the least-squares line of each term by level, for all rows."""
    one = np.zeros((levels, len(y)))
    one[codes, np.arange(len(y))] = 1.0
    weight = usable.astype(np.float64)
    count = np.maximum(one @ weight, 1.0)
    mean_x, mean_y = one @ (x * weight) / count, one @ (y[:, None] * weight) / count
    off_x, off_y = (x - mean_x[codes]) * weight, (y[:, None] - mean_y[codes]) * weight
    squares = one @ off_x**2
    slope = (one @ (off_x * off_y)) / np.where(squares > 0, squares, 1.0)
    result: Floats = mean_y[codes] + slope[codes] * (x - mean_x[codes])
    return result


def _line(problem: Problem, term: Term, category: Column) -> Expression:
    """Return the simplest line: a factor by level, an amount by level, or both."""
    rows = problem.finding
    x, codes, y = term.compute(rows), category.codes[rows], problem.y[rows]
    tolerance = problem.tolerance[rows]
    name, per = term.text, f"per {quoted(category.name)}"
    factor = by_level(np.divide(y, np.where(x == 0, np.nan, x)), codes, category.distinct)
    amount = by_level(y - x, codes, category.distinct)
    full_slope, full_constant = _robust_lines(x, y, codes, category.distinct)
    ones, zeros = np.ones(category.distinct), np.zeros(category.distinct)
    choices = [
        (f"{name} times a factor {per}", factor, zeros, 1),
        (f"{name} plus an amount {per}", ones, amount, 1),
        (f"{name} times a factor plus an amount {per}", full_slope, full_constant, 2),
    ]
    half = HALF_STEP * step_of(np.unique(x[np.isfinite(x)]))
    most = MAX_SLACK * spread(y)
    misses = []
    for _, slope, constant, _ in choices:
        errors = np.abs(y - slope[codes] * x - constant[codes])
        errors = errors - np.minimum(half * np.abs(slope[codes]), most)
        misses.append(int((~(errors <= tolerance)).sum()))
    best = min(range(3), key=lambda i: (misses[i] > min(misses) + 0.002 * len(rows), i))
    text, slope, constant, numbers = choices[best]
    return Expression(
        columns=(*term.columns, category.name),
        text=text,
        predict=lambda at: (
            take_level(slope, category, at) * term.compute(at) + take_level(constant, category, at)
        ),
        bits=BITS_PER_LEVEL * category.distinct * numbers + 20.0,
        by_level=level_medians(problem, category),
        slack=lambda at: np.minimum(half * np.abs(take_level(slope, category, at)), most),
    )


def _robust_lines(
    x: Floats, y: Floats, codes: NDArray[np.int32], levels: int
) -> tuple[Floats, Floats]:
    """Return slope and constant by level, from the medians of the lower and the upper half of x."""
    slope, constant = np.full(levels, np.nan), np.full(levels, np.nan)
    for level in range(levels):
        at = (codes == level) & np.isfinite(x)
        if at.sum() < 4:
            continue
        for _ in range(3):
            if not at.any():
                break
            design = np.column_stack([x[at], np.ones(int(at.sum()))])
            slope[level], constant[level] = np.linalg.lstsq(design, y[at], rcond=None)[0]
            errors = np.abs(y - slope[level] * x - constant[level])
            at &= errors <= 5 * np.median(errors[at]) + 1e-12
    return slope, constant


def by_level(values: Floats, codes: NDArray[np.int32], levels: int) -> Floats:
    """Return the median of each level, NaN where it has no value."""
    result = np.full(levels, np.nan)
    for level in range(levels):
        chosen = values[(codes == level) & np.isfinite(values)]
        if len(chosen):
            result[level] = np.median(chosen)
    return result


def level_medians(problem: Problem, category: Column) -> Callable[[Rows], Floats]:
    """Return what the category alone predicts."""
    rows = problem.finding
    medians = by_level(problem.y[rows], category.codes[rows], category.distinct)
    return lambda at: take_level(medians, category, at)


def take_level(by_level: Floats, category: Column, rows: Rows) -> Floats:
    """Return the number of each row's level, NaN where the category is missing."""
    taken: Floats = np.append(by_level, np.nan)[category.codes[rows]]
    return taken
