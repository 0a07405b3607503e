"""A weighted mean of few candidates, chosen greedily on rows that none of them was fitted on."""

import numpy as np

from pipeweave_dagster.core.documents import MetricName
from pipeweave_dagster.core.training.metrics import GREATER_IS_BETTER, Array, score
from pipeweave_dagster.core.training.trial import Result

Weighted = list[tuple[Result, float]]

_STEPS = 20
_ROWS = 10_000
_MIN_ROWS = 60


def select(results: list[Result], y: Array, metric: MetricName, *, seed: int = 0) -> Weighted:
    """Choose members and weights (Caruana et al. 2004: greedy, with replacement).

    It starts from the best single candidate, and adds at each step the one that helps most; the
    weights are those of the best step, so the ensemble is never worse than the best candidate on
    these rows.

    Args:
        results: Candidates that ran on the same folds, best first.
        y: Class codes or values of all rows that the folds divide.
        metric: What is maximised or minimised.
        seed: Of the sample of rows, where there are very many.
    """
    held_out = [~np.isnan(result.oof.reshape(len(y), -1)).any(axis=1) for result in results]
    seen = np.flatnonzero(np.all(held_out, axis=0))
    if len(results) == 1 or len(seen) < _MIN_ROWS:
        return [(results[0], 1.0)]
    if len(seen) > _ROWS:
        seen = np.sort(np.random.default_rng(seed).permutation(seen)[:_ROWS])
    outputs = [result.oof[seen] for result in results]
    truth, sign = y[seen], 1.0 if GREATER_IS_BETTER[metric] else -1.0

    def value(output: Array) -> float:
        found = score(metric, truth, output)
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
    counts = np.bincount(chosen[:best_size], minlength=len(results))
    return [(results[i], counts[i] / best_size) for i in np.argsort(-counts) if counts[i]]


def blended(weighted: Weighted) -> Array:
    """The ensemble's output for rows that the folds held out (NaN elsewhere)."""
    total = np.zeros_like(weighted[0][0].oof)
    for result, weight in weighted:
        total += weight * result.oof
    return total


def name_of(weighted: Weighted) -> str:
    """Its name on the leaderboard."""
    if len(weighted) == 1:
        return weighted[0][0].candidate.name
    return "ensemble"
