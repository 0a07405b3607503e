"""A weighted mean of few candidates, chosen greedily on rows that none of them was fitted on."""

import numpy as np

from pipeweave_dagster.core.documents import MetricName
from pipeweave_dagster.core.metrics.metrics import GREATER_IS_BETTER, Array, score, weights_of
from pipeweave_dagster.core.training.search.cv_result import CvResult

Weighted = list[tuple[CvResult, float]]

_STEPS = 20
_ROWS = 10_000
_MIN_ROWS = 60
_BAGGED_ROWS = 3_000
_BAGS = 8
_MOST_CANDIDATES = 25
_LEAST_WEIGHT = 0.04


def select_members(
    results: list[CvResult],
    y: Array,
    metric: MetricName,
    *,
    seed: int = 0,
    weight: Array | None = None,
) -> Weighted:
    """Choose members and weights (Caruana et al. 2004: greedy, with replacement).

    It starts from the best single candidate, and adds at each step the one that helps most; the
    weights are those of the best step. On few rows they are averaged with those of selections
    from half of the candidates on resampled rows, for a single selection fits itself to the rows.

    Args:
        results: Candidates that ran on the same folds, best first.
        y: Class codes or values of all rows that the folds divide.
        metric: What is maximised or minimised.
        seed: Of the sample of rows, where there are very many.
        weight: How much each row counts, or None.
    """
    held_out = [~np.isnan(result.oof.reshape(len(y), -1)).any(axis=1) for result in results]
    seen = np.flatnonzero(np.all(held_out, axis=0))
    if len(results) == 1 or len(seen) < _MIN_ROWS:
        return [(results[0], 1.0)]
    if len(seen) > _ROWS:
        seen = np.sort(np.random.default_rng(seed).permutation(seen)[:_ROWS])
    results = results[:_MOST_CANDIDATES]
    outputs = np.stack([result.oof[seen] for result in results])
    rng = np.random.default_rng(seed)
    counted = weights_of(weight, seen)
    weights = _greedy(outputs, y[seen], metric, counted)
    for _ in range(_BAGS if len(seen) <= _BAGGED_ROWS else 0):
        # The best candidate is in every bag: one of a few others is no reason to leave it out.
        picked = np.flatnonzero(rng.random(len(results)) < 0.5)
        picked = np.union1d(picked, [0])
        rows = rng.integers(0, len(seen), len(seen))
        weights[picked] += _greedy(
            outputs[np.ix_(picked, rows)], y[seen][rows], metric, weights_of(counted, rows)
        )
    weights /= weights.sum()
    weights[weights < _LEAST_WEIGHT] = 0.0
    weights /= weights.sum()
    return [(results[i], float(weights[i])) for i in np.argsort(-weights) if weights[i]]


def _greedy(outputs: Array, truth: Array, metric: MetricName, weight: Array | None) -> Array:
    """Weights of one greedy selection; outputs of shape (candidates, rows, ...), best first."""
    sign = 1.0 if GREATER_IS_BETTER[metric] else -1.0

    def value(output: Array) -> float:
        found = score(metric, truth, output, weight)
        return sign * found if found is not None else -np.inf

    chosen = [0]
    total = outputs[0].copy()
    best, best_size = value(total), 1
    for size in range(2, _STEPS + 1):
        gains = [value((total + output) / size) for output in outputs]
        index = int(np.argmax(gains))
        chosen.append(index)
        total += outputs[index]
        if gains[index] > best + abs(best) * 1e-5:
            best, best_size = gains[index], size
    counts = np.bincount(chosen[:best_size], minlength=len(outputs))
    return np.asarray(counts / best_size, dtype=np.float64)


def shrink_to_baseline(weighted: Weighted, constant: CvResult) -> Weighted:
    """Half-way to the constant model, where what was learned may be chance.

    Half the deviation keeps three quarters of a gain in squared error, if there is one, and does
    a quarter of the harm if there is none; the order of the rows stays.
    """
    if weighted[0][0] is constant:
        return weighted
    return [(constant, 0.5), *((result, weight / 2) for result, weight in weighted)]


def weighted_output(weighted: Weighted) -> Array:
    """The ensemble's output for rows that the folds held out (NaN elsewhere)."""
    total = np.zeros_like(weighted[0][0].oof)
    for result, weight in weighted:
        total += weight * result.oof
    return total


def ensemble_name(weighted: Weighted) -> str:
    """Its name on the leaderboard."""
    if len(weighted) == 1:
        return weighted[0][0].candidate.name
    return "ensemble"
