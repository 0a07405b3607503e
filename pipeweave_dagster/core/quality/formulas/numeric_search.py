"""Searches formulas that give a numeric target."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from pipeweave_dagster.core.columns.column import Floats
from pipeweave_dagster.core.quality.formulas import designs
from pipeweave_dagster.core.quality.formulas.category_lines import lines_by_category
from pipeweave_dagster.core.quality.formulas.category_sums import sums_by_category
from pipeweave_dagster.core.quality.formulas.confirm import confirmed
from pipeweave_dagster.core.quality.formulas.extremes import distances, extremes
from pipeweave_dagster.core.quality.formulas.formula import Expression, Formula
from pipeweave_dagster.core.quality.formulas.precision import precision_of
from pipeweave_dagster.core.quality.formulas.products import as_product
from pipeweave_dagster.core.quality.formulas.rows import SplitRows
from pipeweave_dagster.core.quality.formulas.space import Space
from pipeweave_dagster.core.quality.formulas.sum_text import number, times, weighted_sum
from pipeweave_dagster.core.quality.formulas.sums import Problem, as_expression, sums
from pipeweave_dagster.core.quality.formulas.terms import Rows, Term

MAX_TERMS = 150
MAX_DIVISORS = 24
MIN_CLIPPED = 0.03
MAX_CLIPPED = 0.7
MAX_RATIO_TERMS = 40
MAX_FITS = 3


def numeric_formulas(
    space: Space, y: Floats, rows: SplitRows, *, sums_only: bool = False
) -> Iterator[Formula]:
    """Yield confirmed formulas for a numeric target, simple kinds first.

    A kind is searched among the columns that no simpler kind has proved to be part of a formula.

    Args:
        space: Terms.
        y: Shape (n,): the target, NaN where it is missing.
        rows: Rows for finding and confirming.
        sums_only: Whether to search sums and extremes only, for classes that are numbers.
    """
    precision = precision_of(y[rows.finding])
    if precision.spread <= 0:
        return
    flat = np.full(len(y), precision.absolute)
    wide = precision.tolerances(y)
    problem = Problem(y, flat, rows.finding, precision.step)
    tolerances = dict.fromkeys(_EXACT, flat)
    tolerances |= {} if sums_only else dict.fromkeys(_OTHERS, wide)
    for kind, tolerance in tolerances.items():
        proved: set[str] = set()
        for expression in kind(space, replace(problem, tolerance=tolerance)):
            formula = confirmed(expression, y, tolerance, rows, space.numbers)
            if formula is not None:
                proved |= set(formula.columns) if formula.proof else set()
                yield formula
        space = space.without(proved)


def _sums(space: Space, problem: Problem) -> Iterator[Expression]:
    terms = [*space.numbers, *space.derived][:MAX_TERMS]
    for used, fit in sums(problem, terms):
        yield as_expression(problem, used, fit, len(terms))


def _clipped(space: Space, problem: Problem) -> Iterator[Expression]:
    """Yield sums of which only the part above the smallest value of the target is kept."""
    y = problem.y[problem.finding]
    lowest = float(np.nanmin(y))
    if not MIN_CLIPPED <= (y == lowest).mean() <= MAX_CLIPPED:
        return
    above = problem.of(np.where(problem.y > lowest, problem.y, np.nan), problem.tolerance)
    for used, fit in sums(above, space.numbers[:MAX_TERMS]):
        yield _raised(as_expression(above, used, fit, len(space.numbers)), lowest)


def _raised(expression: Expression, lowest: float) -> Expression:
    def predict(rows: Rows) -> Floats:
        return np.maximum(expression.predict(rows), lowest)

    text = f"the larger of {number(lowest)} and {expression.text}"
    return replace(expression, text=text, predict=predict, kind="other", weighted=None)


def _extremes(space: Space, problem: Problem) -> Iterator[Expression]:
    yield from extremes(problem, space.numbers)


def _products(space: Space, problem: Problem) -> Iterator[Expression]:
    logs, terms = _log_problem(problem), [*space.numbers, *space.derived]
    plain = [t for t in terms if t.unit in {"number", "derived"}]
    plain = designs.nonzero(plain, problem.finding)
    # What shares leave of the whole is nearly linear in them; beside it a factor is hard to tell.
    for offered in (plain, designs.factors(terms, problem.finding)):
        factors = offered[:MAX_TERMS]
        design = designs.logarithms(factors)
        by_text = dict(zip([t.text for t in design], factors, strict=True))
        for used, fit in sums(logs, design):
            product = as_product(problem, [by_text[t.text] for t in used], fit, len(factors))
            if product is not None:
                yield product


def _by_category(space: Space, problem: Problem) -> Iterator[Expression]:
    if not space.categories:
        return
    yield from lines_by_category(problem, space.numbers, space.categories)
    factors = designs.factors([*space.numbers, *space.derived], problem.finding)[:MAX_RATIO_TERMS]
    yield from sums_by_category(problem, _log_problem(problem), factors, space.categories)


def _distances(space: Space, problem: Problem) -> Iterator[Expression]:
    yield from distances(problem, space.numbers)


def _fractions(space: Space, problem: Problem) -> Iterator[Expression]:
    """Yield sums of ratios with one divisor, sums of products with one factor, and inverses."""
    numbers = [t for t in space.numbers if t.unit in {"number", "days"}][:MAX_RATIO_TERMS]
    numbers += [t for t in space.derived if t.unit == "derived"][:MAX_RATIO_TERMS]
    inverse = _inverse_problem(problem)
    divisors = designs.nonzero(numbers, problem.finding)
    for used, fit in sums(problem, designs.logarithms(divisors)):
        yield _other(as_expression(problem, used, fit, len(numbers)))
    for term in divisors[:MAX_DIVISORS]:
        ratios = designs.ratios(numbers, term)
        for used, fit in sums(problem, ratios, MAX_FITS):
            yield _other(as_expression(problem, used, fit, len(numbers) ** 2))
        for used, fit in sums(inverse, ratios, MAX_FITS):
            yield _inverted(as_expression(inverse, used, fit, len(numbers) ** 2), term)
        products = designs.products(numbers, term)
        for used, fit in sums(problem, products, MAX_FITS):
            yield _other(as_expression(problem, used, fit, len(numbers) ** 2))


def _log_problem(problem: Problem) -> Problem:
    y = np.where(problem.y == 0, np.nan, np.abs(problem.y))
    return problem.of(np.log(y), np.minimum(problem.tolerance / y, 0.7))


def _inverse_problem(problem: Problem) -> Problem:
    y = np.where(problem.y == 0, np.nan, problem.y)
    return problem.of(1 / y, np.minimum(problem.tolerance / y**2, 0.5 / np.abs(y)))


def _other(expression: Expression) -> Expression:
    return replace(expression, kind="other")


def _inverted(expression: Expression, divisor: Term) -> Expression:
    """Return 1 / expression; a sum of terms divided by one becomes that one divided by a sum."""

    def predict(rows: Rows) -> Floats:
        values = expression.predict(rows)
        result: Floats = 1 / np.where(values == 0, np.nan, values)
        return result

    text = f"1 / ({expression.text})"
    parts = expression.weighted
    if parts is not None:
        suffix = f" / {divisor.text}"
        texts = [t.removesuffix(suffix) for t in parts.texts]
        weights, total = list(parts.weights), list(texts)
        if parts.offset:
            weights, total = [*weights, parts.offset], [*total, divisor.text]
        common = weights[0] if len({abs(w) for w in weights}) == 1 else 1.0
        below = weighted_sum(total, np.array(weights) / common, 0.0)
        text = f"{times(1 / common, divisor.text)} / {below if len(total) == 1 else f'({below})'}"
    return replace(expression, text=text, predict=predict, kind="other")


_EXACT = (_sums, _clipped, _extremes)
_OTHERS = (_products, _by_category, _distances, _fractions)
