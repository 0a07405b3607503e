"""Writes fits of logarithms as products, and predicts with them."""

from collections.abc import Sequence

import numpy as np

from pipeweave_dagster.core.columns.column import Floats
from pipeweave_dagster.core.quality.formulas.exact_fit import Fit
from pipeweave_dagster.core.quality.formulas.formula import Expression
from pipeweave_dagster.core.quality.formulas.sum_text import number, times
from pipeweave_dagster.core.quality.formulas.sums import BITS_PER_OPERATION, Problem
from pipeweave_dagster.core.quality.formulas.terms import Rows, Term, matrix

EXPONENT_STEPS = (1.0, 0.5, 1 / 3, 0.25, 0.05)
NEAR = 0.02
MAX_EXPONENT = 6
SMALLEST = 1e-200


def as_product(
    problem: Problem, terms: Sequence[Term], fit: Fit, space: float
) -> Expression | None:
    """Return a fit of logarithms as a product of powers; None if its exponents are not simple.

    Args:
        problem: The target itself, not its logarithm.
        terms: The factors, not their logarithms.
        fit: Exponents; the constant is estimated anew.
        space: Number of terms that the search could choose from.
    """
    needed = np.flatnonzero(np.abs(fit.weights) > NEAR)  # the others only fit the rounding
    terms = [terms[int(i)] for i in needed]
    powers = simple_powers(fit.weights[needed])
    if powers is None or not terms:
        return None

    def plain(rows: Rows) -> Floats:
        return power_product(matrix(terms, rows), powers)

    rows = problem.finding
    factor, bits = constant_factor(plain(rows), problem.y[rows], problem.tolerance[rows])
    cost = bits + len(terms) * (np.log2(max(2.0, space)) + BITS_PER_OPERATION)
    text = times(factor, product_text([t.text for t in terms], powers))
    columns = tuple(dict.fromkeys(c for t in terms for c in t.columns))
    return Expression(columns, text, lambda at: factor * plain(at), float(cost))


def power_product(values: Floats, powers: Floats) -> Floats:
    """Return the product of the columns of values, each to its power; the sign of odd powers stays.

    Args:
        values: Shape (rows, factors).
        powers: Shape (factors,).
    """
    size = np.abs(values)
    with np.errstate(divide="ignore", over="ignore"):
        sizes = np.where(size > 0, size, np.where(powers > 0, 0.0, np.nan)) ** powers
    signs = np.where(powers % 2 == 0, 1.0, np.sign(values))
    result: Floats = (sizes * np.where(size > 0, signs, 1.0)).prod(1)
    return result


def product_text(texts: Sequence[str], powers: Floats) -> str:
    """Return the text of a product of powers.

    Example:
        >>> product_text(["'weight'", "'height'"], np.array([1.0, -2.0]))
        "'weight' / 'height'^2"
    """
    above = [_power(t, p) for t, p in zip(texts, powers, strict=True) if p > 0]
    below = [_power(t, -p) for t, p in zip(texts, powers, strict=True) if p < 0]
    return " / ".join([" * ".join(above) or "1", *below])


def _power(text: str, power: float) -> str:
    return text if power == 1 else f"{text}^{number(power)}"


def simple_powers(weights: Floats) -> Floats | None:
    """Return the exponents rounded to whole numbers, halves, thirds, quarters or twentieths."""
    powers = []
    for weight in weights.tolist():
        steps = (s for s in EXPONENT_STEPS if abs(weight - round(weight / s) * s) <= NEAR)
        step = next(steps, None)
        if step is None or abs(weight) > MAX_EXPONENT or round(weight / step) == 0:
            return None
        powers.append(round(weight / step) * step)
    return np.array(powers)


def constant_factor(plain: Floats, y: Floats, tolerance: Floats) -> tuple[float, float]:
    """Return the constant factor with the fewest digits, and its bits."""
    usable = np.isfinite(plain) & (plain != 0) & (y != 0)
    if not usable.any():
        return 1.0, 0.0
    plain, y, tolerance = plain[usable], y[usable], tolerance[usable]
    ratio = y / plain
    # Large values are recorded with more digits: the median is weighted by them.
    order = np.argsort(ratio)
    total = np.cumsum(np.abs(y[order]) / tolerance[order])
    best = float(ratio[order[int(np.searchsorted(total, total[-1] / 2))]])

    def exceptions(factor: float) -> int:
        return int((np.abs(y - factor * plain) > tolerance).sum())

    if not SMALLEST < abs(best) < 1 / SMALLEST:
        return best, 24.0
    allowed = exceptions(best)
    for digits in range(1, 8):
        for rounded in (float(f"{best:.{digits - 1}e}"), 1 / float(f"{1 / best:.{digits - 1}e}")):
            if exceptions(rounded) <= allowed:
                return rounded, 0.0 if abs(rounded) == 1 else 3.4 * digits
    return best, 24.0
