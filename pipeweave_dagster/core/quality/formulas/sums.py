"""Searches weighted sums of terms, directly or of a transformed target."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pipeweave_dagster.core.columns.column import Floats
from pipeweave_dagster.core.quality.formulas.exact_fit import Fit, exact_fit
from pipeweave_dagster.core.quality.formulas.formula import Expression, WeightedSum
from pipeweave_dagster.core.quality.formulas.sum_text import weighted_sum
from pipeweave_dagster.core.quality.formulas.terms import Rows, Term, matrix
from pipeweave_dagster.core.quality.formulas.weights import Sample, simplest

MAX_FITS = 8
"""Further fits, each without one term of an earlier fit: two formulas may give one target."""
MIN_EXPLAINED = 0.5
SCREEN_ROWS = 240
ROWS_PER_TERM = 5
MIN_COMPLETE = 0.9
RANKED = 14
RANKING_ROWS = 500
MAX_CORRELATED = 25
BITS_PER_OPERATION = 4.0


@dataclass(frozen=True)
class Problem:
    """A numeric target on the rows of a search.

    Attributes:
        y: Shape (n,): the target of all rows of the table, NaN where it is missing.
        tolerance: Shape (n,): how far a formula may be off.
        finding: Rows in random order that a search may use.
        step: Values of the target are multiples of it; 0 if of none.
    """

    y: Floats
    tolerance: Floats
    finding: Rows
    step: float = 0.0

    def of(self, y: Floats, tolerance: Floats) -> "Problem":
        """Return the problem of a transformed target; rows without a finite value are left out."""
        with np.errstate(invalid="ignore"):
            usable = np.isfinite(y) & np.isfinite(tolerance) & (tolerance > 0)
        return replace(
            self, y=y, tolerance=tolerance, finding=self.finding[usable[self.finding]], step=0.0
        )


def sums(
    problem: Problem, terms: Sequence[Term], max_fits: int = MAX_FITS
) -> Iterator[tuple[list[Term], Fit]]:
    """Yield exact fits of the target by terms, each at least one term different from the others.

    Missing cells count as 0 (a sum of what is present), or their rows are left out.
    """
    done: set[frozenset[str]] = set()
    queue = [list(terms)]
    for _ in range(max_fits):
        if not queue:
            return
        offered = queue.pop(0)
        found = _fit(problem, offered)
        if found is None:
            continue
        used, fit = found
        key = frozenset(t.text for t in used)
        if key not in done:
            done.add(key)
            if len(used) == 1 or len({t.columns for t in used}) > 1:
                yield used, fit
            queue += [[t for t in offered if t is not one] for one in used]


def as_expression(problem: Problem, terms: Sequence[Term], fit: Fit, space: float) -> Expression:
    """Return a fit as an expression with weights that are as simple as possible.

    Args:
        problem: The target.
        terms: The terms of the fit.
        fit: Weights and constant.
        space: Number of terms that the search could choose from.
    """
    rows = problem.finding
    values, y, tolerance = matrix(terms, rows), problem.y[rows], problem.tolerance[rows]
    complete = np.isfinite(values).all(1)
    sample = Sample(values[complete], y[complete], tolerance[complete])
    rounding, half = "", 0.0
    found = simplest(sample, fit.weights, fit.offset)
    if found.offset and problem.step:
        raised = replace(sample, y=sample.y + problem.step / 2)
        down = simplest(raised, fit.weights, fit.offset + problem.step / 2)
        if down.offset == 0:
            found, rounding, half = down, ", rounded down", problem.step / 2
    weights, offset = found.weights, found.offset - half
    text = weighted_sum([t.text for t in terms], weights, found.offset) + rounding
    cost = found.bits + len(terms) * (np.log2(max(2.0, space)) + BITS_PER_OPERATION)
    return Expression(
        columns=tuple(dict.fromkeys(c for t in terms for c in t.columns)),
        text=text,
        predict=lambda at: matrix(terms, at) @ weights + offset,
        bits=float(cost),
        kind="sum",
        weighted=WeightedSum([t.text for t in terms], weights.tolist(), found.offset),
    )


def _fit(problem: Problem, terms: list[Term]) -> tuple[list[Term], Fit] | None:
    """Return the terms of an exact fit and the fit, refined on all rows for finding."""
    most = (len(problem.finding) - 15) // 3
    if len(terms) > most > 1:  # too few rows for a fit of all terms
        terms = _correlated(problem, terms, min(most, MAX_CORRELATED))
    screen = problem.finding[: max(SCREEN_ROWS, ROWS_PER_TERM * len(terms))]
    values = matrix(terms, screen)
    if np.isfinite(values).all():
        return _refined(problem, terms, exact_fit(values, *_at(problem, screen)))
    terms, values = _present(terms, values)
    zero = exact_fit(np.where(np.isfinite(values), values, 0.0), *_at(problem, screen))
    if zero is not None and _explains_gaps(problem, screen, values, zero):
        filled = [_zero_filled(t) for t in terms]
        return _refined(problem, filled, zero)
    terms = _ranked(problem, terms)
    rows = problem.finding
    complete = np.isfinite(matrix(terms, rows)).all(1)
    rows = rows[complete][:SCREEN_ROWS]
    return _refined(problem, terms, exact_fit(matrix(terms, rows), *_at(problem, rows)))


def _explains_gaps(problem: Problem, rows: Rows, values: Floats, fit: Fit) -> bool:
    """Return whether the rows with missing cells, too, have the target that 0 in them gives.

    A fit is robust: it is found although they do not, if they are few. Then they say nothing.
    """
    used = values[:, fit.terms]
    y, tolerance = _at(problem, rows)
    gaps = ~np.isfinite(used).all(1) & np.isfinite(y)
    if not gaps.any():
        return True
    given = np.where(np.isfinite(used), used, 0.0) @ fit.weights + fit.offset
    return bool((np.abs(given - y) <= tolerance)[gaps].mean() > MIN_EXPLAINED)


def _refined(problem: Problem, terms: list[Term], fit: Fit | None) -> tuple[list[Term], Fit] | None:
    if fit is None:
        return None
    used = [terms[i] for i in fit.terms]
    values = matrix(used, problem.finding)
    rows = problem.finding[np.isfinite(values).all(1)]
    better = exact_fit(matrix(used, rows), *_at(problem, rows))
    if better is None:
        return used, fit
    return [used[i] for i in better.terms], better


def _at(problem: Problem, rows: Rows) -> tuple[Floats, Floats]:
    return problem.y[rows], problem.tolerance[rows]


def _present(terms: list[Term], values: Floats) -> tuple[list[Term], Floats]:
    """Leave out terms without any value."""
    some = np.isfinite(values).mean(0) > 0.02
    return [t for t, use in zip(terms, some, strict=True) if use], values[:, some]


def _zero_filled(term: Term) -> Term:
    return replace(term, compute=lambda rows: np.nan_to_num(term.compute(rows), nan=0.0))


def _ranked(problem: Problem, terms: list[Term]) -> list[Term]:
    """Return the terms that contribute most to a least-squares fit with missing cells averaged."""
    rows = problem.finding[:RANKING_ROWS]
    values = matrix(terms, rows)
    known = np.isfinite(values)
    means = np.where(known, values, 0.0).sum(0) / np.maximum(1, known.sum(0))
    values = np.where(known, values, means) - means
    scale = values.std(0)
    values = np.where(scale > 0, values / np.where(scale > 0, scale, 1.0), 0.0)
    y = problem.y[rows] - problem.y[rows].mean()
    gram, moments = values.T @ values + np.eye(len(terms)), values.T @ y
    if not (np.isfinite(gram).all() and np.isfinite(moments).all()):
        return terms[:RANKED]  # numbers near the limits of float64
    order = np.argsort(-np.abs(np.linalg.solve(gram, moments)), kind="stable")[:RANKED]
    return [terms[i] for i in np.sort(order)]


def _correlated(problem: Problem, terms: list[Term], most: int) -> list[Term]:
    """Return terms by orthogonal matching pursuit: each correlates most with what is left."""
    rows = problem.finding[:RANKING_ROWS]
    values = np.nan_to_num(matrix(terms, rows))
    values = values - values.mean(0)
    size = np.sqrt((values**2).sum(0))
    values = np.where(size > 0, values / np.where(size > 0, size, 1.0), 0.0)
    left = problem.y[rows] - problem.y[rows].mean()
    if not (np.isfinite(values).all() and np.isfinite(left).all()):
        return terms[:most]
    chosen: list[int] = []
    for _ in range(most):
        correlation = np.abs(values.T @ left)
        correlation[chosen] = -1.0
        best = int(np.argmax(correlation))
        direction = values[:, best]
        chosen.append(best)
        norm = float(direction @ direction)
        if norm <= 1e-18:
            continue
        direction = direction / np.sqrt(norm)
        left = left - direction * float(direction @ left)
        values = values - np.outer(direction, direction @ values)
    return [terms[i] for i in sorted(chosen)]
