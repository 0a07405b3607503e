"""Sums with an amount, and products with a factor, that depends on a category."""

from collections.abc import Iterator, Sequence

import numpy as np

from pipeweave_dagster.core.columns.column import Column, Floats
from pipeweave_dagster.core.quality.formulas.category_lines import (
    BITS_PER_LEVEL,
    by_level,
    level_medians,
    take_level,
)
from pipeweave_dagster.core.quality.formulas.designs import logarithms
from pipeweave_dagster.core.quality.formulas.formula import Expression
from pipeweave_dagster.core.quality.formulas.products import (
    power_product,
    product_text,
    simple_powers,
)
from pipeweave_dagster.core.quality.formulas.sum_text import weighted_sum
from pipeweave_dagster.core.quality.formulas.sums import Problem, sums
from pipeweave_dagster.core.quality.formulas.terms import Rows, Term, matrix, quoted
from pipeweave_dagster.core.quality.formulas.weights import Sample, simplest

MAX_DUMMIES = 12


def sums_by_category(
    problem: Problem, logs: Problem, terms: Sequence[Term], columns: Sequence[Column]
) -> Iterator[Expression]:
    """Yield sums with an amount, and products with a factor, that depends on a category.

    Args:
        problem: The target.
        logs: The logarithm of the target.
        terms: The terms to choose from.
        columns: Categories.
    """
    for category in columns:
        if category.distinct > MAX_DUMMIES:
            continue
        offered = [t for t in terms if t.columns != (category.name,)]
        levels = [_dummy(category, code) for code in range(1, category.distinct)]
        for of_logs, target in ((False, problem), (True, logs)):
            design = logarithms(offered) if of_logs else offered
            back = dict(zip((t.text for t in design), offered, strict=True))
            for used, fit in sums(target, [*design, *levels]):
                kept = [i for i, t in enumerate(used) if t.unit != "level"]
                if not kept or len(kept) == len(used):
                    continue
                parts = [back[used[i].text] for i in kept]
                yield _with_levels(problem, parts, fit.weights[kept], category, of_logs=of_logs)


def _with_levels(
    problem: Problem, terms: list[Term], weights: Floats, category: Column, *, of_logs: bool
) -> Expression:
    """Return a sum with an amount by level, or a product with a factor by level."""
    powers = simple_powers(weights) if of_logs else None
    rows, per = problem.finding, quoted(category.name)
    if of_logs:
        used = weights if powers is None else powers
        text = f"{product_text([t.text for t in terms], used)} times a factor per {per}"
    else:
        used = _rounded(problem, terms, weights)
        text = f"{weighted_sum([t.text for t in terms], used, 0.0)} plus an amount per {per}"

    def plain(at: Rows) -> Floats:
        values = matrix(terms, at)
        return power_product(values, used) if of_logs else values @ used

    base, codes, y = plain(rows), category.codes[rows], problem.y[rows]
    rest = np.divide(y, np.where(base == 0, np.nan, base)) if of_logs else y - base
    levels = by_level(rest, codes, category.distinct)

    def predict(at: Rows) -> Floats:
        level = take_level(levels, category, at)
        return plain(at) * level if of_logs else plain(at) + level

    columns = tuple(dict.fromkeys(c for t in terms for c in t.columns))
    bits = BITS_PER_LEVEL * (category.distinct + len(terms)) + 20.0
    by_level_alone = level_medians(problem, category)
    return Expression((*columns, category.name), text, predict, bits, by_level=by_level_alone)


def _rounded(problem: Problem, terms: list[Term], weights: Floats) -> Floats:
    """Return weights with few digits that move no row by more than half its tolerance."""
    rows = problem.finding
    values, tolerance = matrix(terms, rows), problem.tolerance[rows]
    complete = np.isfinite(values).all(1)
    values = values[complete] - np.median(values[complete], 0)
    return simplest(Sample(values, values @ weights, tolerance[complete] / 2), weights, 0.0).weights


def _dummy(category: Column, code: int) -> Term:
    return Term(
        (category.name,),
        f"level {code} of {category.name}",
        "level",
        lambda rows: (category.codes[rows] == code).astype(np.float64),
    )
