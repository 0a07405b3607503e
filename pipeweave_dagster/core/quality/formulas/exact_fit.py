"""Exact fits: the few terms whose weighted sum gives a target up to rounding, if there are any."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeweave_dagster.core.columns.column import Floats

MAX_ROUNDS = 9
MIN_INLIERS = 0.9
RIDGE = 1e-10
STALLED = 0.85
FAR = 4.0
NEGLIGIBLE = 0.15
"""A term whose removal leaves errors of this root mean square, in tolerances, is not needed."""
MORE_ERROR = 1.1


@dataclass(frozen=True)
class Fit:
    """`y = offset + sum(weights * terms)` within the tolerance in most rows.

    Attributes:
        terms: Positions of the terms that are needed.
        weights: Their weights.
        offset: The constant.
    """

    terms: list[int]
    weights: Floats
    offset: float


def exact_fit(terms: Floats, y: Floats, tolerance: Floats, max_terms: int = 12) -> Fit | None:
    """Return the exact fit of the target by few of the terms; None if there is none.

    A robust regression (iteratively reweighted, so that exceptions do not matter) on all terms
    decides whether the fit is exact; backward elimination then removes every term that exactness
    does not need. Takes O(rows * terms^2) and, only for exact fits, O(terms^4) at most.

    Args:
        terms: Shape (rows, terms), finite.
        y: Shape (rows,), finite.
        tolerance: Shape (rows,): how far a row may be off; positive.
        max_terms: A fit that needs more terms is not simple: None.
    """
    if len(y) < 3 * terms.shape[1] + 15:
        return None
    middle, scale = np.median(terms, 0), terms.std(0)
    varied = np.flatnonzero(scale > 1e-12 * (1 + np.abs(middle)))
    if not len(varied):
        return None
    middle, scale, centre = middle[varied], scale[varied], float(np.median(y))
    design = np.column_stack([(terms[:, varied] - middle) / scale, np.ones(len(y))])
    design /= tolerance[:, None]
    scaled = (y - centre) / tolerance
    if not (np.isfinite(design).all() and np.isfinite(scaled).all()):
        return None  # numbers near the limits of float64
    inliers = _robust(design, scaled)
    if inliers is None:
        return None
    kept = _eliminate(design[inliers], scaled[inliers])
    if not 0 < len(kept) <= max_terms:
        return None
    return _solved(terms[:, varied[kept]], y, tolerance, varied[kept])


def _robust(design: Floats, y: Floats) -> NDArray[np.bool_] | None:
    """Return the rows that the best robust fit gives within their tolerance.

    None if they are less than 90 % of all rows, or of those with an unusual target.
    """
    weights, before = np.ones(len(y)), np.inf
    for number in range(MAX_ROUNDS):
        errors = np.abs(y - design @ _least_squares(design, y, weights))
        typical = float(np.median(errors))
        if (errors <= 1).mean() >= 0.999:
            break
        if number >= 2 and typical > FAR and typical > STALLED * before:
            return None
        weights, before = 1 / (1 + (errors / (2 * typical + 0.1)) ** 2) ** 2, typical
    inliers = errors <= 1
    unusual = np.abs(y - np.median(y)) > 1
    if inliers.mean() < MIN_INLIERS or not unusual.any():
        return None
    return inliers if inliers[unusual].mean() >= MIN_INLIERS else None


def _least_squares(design: Floats, y: Floats, weights: Floats) -> Floats:
    return _solve(design.T @ (design * weights[:, None]), design.T @ (weights * y))[0]


def _eliminate(design: Floats, y: Floats) -> list[int]:
    """Return the terms (not the constant, which is last) that an exact fit needs."""
    width = design.shape[1]
    gram, moments = design.T @ design, design.T @ y
    beta = _solve(gram, moments)[0]
    total, spent = float(y @ y), float(((y - design @ beta) ** 2).sum())
    unbiased = spent * len(y) / max(1, len(y) - width)  # many terms fit part of the rounding
    limit = max(MORE_ERROR**2 * unbiased, NEGLIGIBLE**2 * len(y))
    kept = _largest(gram, moments, beta, total - limit)
    while len(kept) > 1:
        beta, inverse = _solve(gram[np.ix_(kept, kept)], moments[kept])
        costs = beta**2 / np.maximum(np.diag(inverse), 1e-300)
        costs[-1] = np.inf
        worst = int(np.argmin(costs))
        if total - float(beta @ moments[kept]) + costs[worst] > limit:
            break
        kept.pop(worst)
    return kept if width - 1 not in kept else kept[:-1]


def _largest(gram: Floats, moments: Floats, beta: Floats, explained: float) -> list[int]:
    """Return the 2, 4, 8 … largest contributions that are enough, and the constant."""
    last = len(beta) - 1
    order = np.argsort(-np.abs(beta[:-1]) * np.sqrt(np.diag(gram)[:-1]), kind="stable")
    size = 2
    while size < last:
        kept = [*sorted(order[:size].tolist()), last]
        part = _solve(gram[np.ix_(kept, kept)], moments[kept])[0]
        if float(part @ moments[kept]) >= explained:
            return kept
        size *= 2
    return list(range(last + 1))


def _solve(gram: Floats, moments: Floats) -> tuple[Floats, Floats]:
    """Return the least-squares weights and the inverse of the Gram matrix, slightly damped."""
    damped = gram.copy()
    damped[np.diag_indices_from(damped)] *= 1 + RIDGE
    damped[np.diag_indices_from(damped)] += 1e-300
    try:
        inverse = np.linalg.inv(damped).astype(np.float64)
    except np.linalg.LinAlgError:
        inverse = np.linalg.pinv(damped, rcond=1e-13, hermitian=True).astype(np.float64)
    return inverse @ moments, inverse


def _solved(terms: Floats, y: Floats, tolerance: Floats, at: NDArray[np.int64]) -> Fit | None:
    """Return the weights of the terms that are left, if the fit is still exact."""
    middle, scale, centre = np.median(terms, 0), terms.std(0), float(np.median(y))
    design = np.column_stack([(terms - middle) / scale, np.ones(len(y))]) / tolerance[:, None]
    scaled = (y - centre) / tolerance
    inliers = _robust(design, scaled)
    if inliers is None:
        return None
    solution = np.linalg.lstsq(design[inliers], scaled[inliers], rcond=None)[0]
    weights = solution[:-1] / scale
    offset = centre + float(solution[-1] - (weights * middle).sum())
    return Fit([int(i) for i in at], weights, offset)
