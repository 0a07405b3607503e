"""The largest or smallest of several columns, and distances of two columns."""

from collections.abc import Iterator, Sequence

import numpy as np

from pipeweave_dagster.core.columns.column import Floats
from pipeweave_dagster.core.quality.formulas.formula import Expression
from pipeweave_dagster.core.quality.formulas.products import constant_factor
from pipeweave_dagster.core.quality.formulas.sum_text import times
from pipeweave_dagster.core.quality.formulas.sums import BITS_PER_OPERATION, Problem
from pipeweave_dagster.core.quality.formulas.terms import Rows, Term, matrix

MIN_SHARE = 0.02
MAX_EXCEPTIONS = 0.03
MAX_COLUMNS = 12
SCREEN_ROWS = 200


def extremes(problem: Problem, terms: Sequence[Term]) -> Iterator[Expression]:
    """Yield the maximum or minimum of all columns that never exceed (fall below) the target.

    Such a column belongs to the formula if it often equals the target; takes O(rows * terms).
    """
    rows = problem.finding
    numbers = [t for t in terms if t.unit == "number"]
    values, y = matrix(numbers, rows), problem.y[rows][:, None]
    tolerance = np.minimum(problem.tolerance[rows], 1e-6 + problem.step / 2)[:, None]
    known = np.isfinite(values)
    equal = known & (np.abs(values - y) <= tolerance)
    for name, sign in (("largest", 1.0), ("smallest", -1.0)):
        outside = known & (sign * (values - y) > tolerance)
        member = (outside.mean(0) <= MAX_EXCEPTIONS) & (equal.mean(0) >= MIN_SHARE)
        used = [t for t, use in zip(numbers, member, strict=True) if use]
        if 2 <= len(used) <= MAX_COLUMNS and equal[:, member].any(1).mean() >= 1 - MAX_EXCEPTIONS:
            yield _extreme(name, used, len(numbers))


def distances(problem: Problem, terms: Sequence[Term]) -> Iterator[Expression]:
    """Yield absolute differences, and relative differences (a - b) / (a + b), of two columns.

    All pairs are tried on 200 rows: O(terms^2 * 200).
    """
    rows = problem.finding[:SCREEN_ROWS]
    values, y, allowed = matrix(terms, rows), problem.y[rows], problem.tolerance[rows]
    units = np.array([t.unit for t in terms])
    for i in range(len(terms) - 1):
        alike = np.flatnonzero(units[i + 1 :] == units[i]) + i + 1
        if not len(alike):
            continue
        first, other = values[:, [i]], values[:, alike]
        apart, total = first - other, first + other
        for name, result in (
            ("distance", np.abs(apart)),
            ("relative", apart / np.where(total == 0, np.nan, total)),
        ):
            factor = _factor(result, y)
            errors = np.abs(y[:, None] - factor * result)
            known = np.isfinite(errors)
            right = (errors <= allowed[:, None]) & known
            enough = (known.mean(0) > 0.3) & (right.sum(0) >= 0.95 * known.sum(0))
            for j in np.flatnonzero(enough):
                pair = (terms[i], terms[alike[j]])
                yield _distance(name, pair, problem, len(terms))


def _extreme(name: str, used: list[Term], space: int) -> Expression:
    reduce = np.fmax if name == "largest" else np.fmin
    texts = ", ".join(t.text for t in used)
    return Expression(
        tuple(t.columns[0] for t in used),
        f"the {name} of {texts}",
        lambda rows: reduce.reduce(matrix(used, rows), axis=1),
        len(used) * (np.log2(max(2, space)) + BITS_PER_OPERATION),
    )


def _distance(name: str, pair: tuple[Term, Term], problem: Problem, space: int) -> Expression:
    a, b = pair

    def plain(rows: Rows) -> Floats:
        left, right = a.compute(rows), b.compute(rows)
        if name == "distance":
            return np.abs(left - right)
        total = left + right
        result: Floats = (left - right) / np.where(total == 0, np.nan, total)
        return result

    rows = problem.finding
    factor, bits = constant_factor(plain(rows), problem.y[rows], problem.tolerance[rows])
    text = f"|{a.text} - {b.text}|"
    if name == "relative":
        text = f"({a.text} - {b.text}) / ({a.text} + {b.text})"
    bits += 2 * np.log2(max(2, space)) + 2 * BITS_PER_OPERATION
    columns = tuple(dict.fromkeys(a.columns + b.columns))
    return Expression(columns, times(factor, text), lambda at: factor * plain(at), float(bits))


def _factor(result: Floats, y: Floats) -> Floats:
    """Return the median ratio of the target to each column."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = y[:, None] / np.where(result == 0, np.nan, result)
    some = np.isfinite(ratio).any(0)
    medians = np.ones(result.shape[1])
    medians[some] = np.nanmedian(ratio[:, some], 0)
    return medians
