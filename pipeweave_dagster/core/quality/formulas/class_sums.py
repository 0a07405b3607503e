"""Weighted sums of terms that divide two classes by a threshold."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from pipeweave_dagster.core.columns.column import Floats
from pipeweave_dagster.core.quality.formulas.score import Compute, Score, balanced, divides
from pipeweave_dagster.core.quality.formulas.sum_text import weighted_sum
from pipeweave_dagster.core.quality.formulas.terms import Rows, Term, matrix
from pipeweave_dagster.core.quality.formulas.thresholds import Codes

MAX_TERMS = 60
SAMPLE_ROWS = 1_000
MAX_PARTS = 12
ROUNDS = 25
PENALTY = 1e-3
MAX_WRONG = 0.05
WEIGHT_STEP = 0.05


def sum_scores(terms: Sequence[Term], codes: Codes, finding: Rows) -> Iterator[Score]:
    """Yield sums with equal or simple weights whose threshold divides two classes.

    A logistic regression on all terms finds the direction (if it separates the classes), the
    largest contributions are kept, and their weights rounded to multiples of a twentieth of the
    largest: weights that merely happen to separate would not survive that.

    Args:
        terms: The terms; missing cells count as 0.
        codes: Shape (n,): classes 0 and 1, -1 if missing.
        finding: Rows that the search may use.
    """
    terms = list(terms)[:MAX_TERMS]
    rows = balanced(finding, codes, SAMPLE_ROWS, 2)
    if len(terms) < 2 or len(rows) < 5 * len(terms):
        return
    values, labels = np.nan_to_num(matrix(terms, rows)), codes[rows].astype(np.float64) * 2 - 1
    scale = values.std(0)
    at = np.flatnonzero(scale > 0)
    order = _by_contribution(values[:, at], labels)
    if order is None:
        return
    test = balanced(finding, codes, SAMPLE_ROWS // 2, 2)
    for size in range(2, min(MAX_PARTS, len(order)) + 1):
        used = np.sort(at[order[:size]])
        weights = _direction(values[:, used], labels) / scale[used]
        for simple in _simple(weights * (1 if weights.sum() >= 0 else -1)):
            score = _score([terms[i] for i in used], simple, len(terms))
            if divides(score, codes, test, 2):
                yield score


def _by_contribution(values: Floats, labels: Floats) -> NDArray[np.int64] | None:
    """Return the terms by falling contribution; None if the classes are not separated."""
    weights = _direction(values, labels)
    result = (values - values.mean(0)) / values.std(0) @ weights
    cut = np.sort(result)[int((labels < 0).sum()) - 1]
    wrong = ((result > cut) != (labels > 0)).mean()
    return np.argsort(-np.abs(weights)) if wrong <= MAX_WRONG else None


def _direction(values: Floats, labels: Floats) -> Floats:
    """Return the weights of a logistic regression on standardised terms (Newton's method)."""
    design = np.column_stack([(values - values.mean(0)) / values.std(0), np.ones(len(labels))])
    beta = np.zeros(design.shape[1])
    penalty = np.full(len(beta), PENALTY * len(labels))
    penalty[-1] = 1e-9
    for number in range(ROUNDS):
        # The penalty falls: separated classes have their sharpest direction without any.
        shrink = penalty * 0.5**number
        chance = 1 / (1 + np.exp(np.clip(labels * (design @ beta), -30, 30)))
        gradient = design.T @ (labels * chance) - shrink * beta
        curvature = (design * (chance * (1 - chance))[:, None]).T @ design
        curvature[np.diag_indices_from(curvature)] += shrink + 1e-9
        step = np.linalg.solve(curvature, gradient)
        beta = beta + step / max(1.0, float(np.abs(step).max()) / 5)
        if float(np.abs(step).max()) < 1e-3 * (1 + float(np.abs(beta).max())):
            break
    weights: Floats = beta[:-1]
    return weights


def _simple(weights: Floats) -> Iterator[Floats]:
    """Yield equal weights, then weights rounded relative to the largest and to their sum."""
    size = np.abs(weights)
    if size.max() <= 0:
        return
    yield np.sign(weights)
    for whole in (size.max(), size.sum(), size.min()):
        relative = weights / max(whole, 1e-300)
        rounded = np.round(relative / WEIGHT_STEP) * WEIGHT_STEP
        if (np.abs(rounded) > 0).all() and np.abs(rounded).max() <= 10:
            yield np.round(rounded, 2)


def _score(terms: list[Term], weights: Floats, space: int) -> Score:
    columns = tuple(dict.fromkeys(c for t in terms for c in t.columns))
    bits = len(terms) * (np.log2(max(2, space)) + 5)
    one = np.eye(len(terms))
    # To double the weight of a cell that is filled changes nothing where one cell is enough.
    doubled = [row for row, term in zip(one, terms, strict=True) if term.unit != "filled"]
    varied = [1 - row for row in one] + [1 + row for row in doubled]
    return Score(
        columns,
        weighted_sum([t.text for t in terms], weights, 0.0),
        _weighted(terms, weights),
        float(bits),
        tuple(_weighted(terms, weights * change) for change in varied),
    )


def _weighted(terms: list[Term], weights: Floats) -> Compute:
    return lambda rows: np.nan_to_num(matrix(terms, rows)) @ weights
