"""Choose a weighted mean of few candidates greedily, on rows that none of them was fitted on."""

import numpy as np

from pipeweave_dagster.core.documents import MetricName
from pipeweave_dagster.core.metrics.direction import GREATER_IS_BETTER
from pipeweave_dagster.core.metrics.metrics import Array, score, weights_of
from pipeweave_dagster.core.training.search.cv_result import CvResult
from pipeweave_dagster.core.training.search.diversity import diverse
from pipeweave_dagster.core.training.search.ensemble_policy import (
    DEFAULT_ENSEMBLE_POLICY,
    EnsemblePolicy,
)

Weighted = list[tuple[CvResult, float]]
"""Members of an ensemble with their weights, which sum to 1; the heaviest first."""

_LEAST_GAIN = 1e-5
"""Relative gain below which one more member is not worth it."""


def select_members(
    results: list[CvResult],
    y: Array,
    metric: MetricName,
    *,
    seed: int = 0,
    weight: Array | None = None,
    policy: EnsemblePolicy = DEFAULT_ENSEMBLE_POLICY,
) -> Weighted:
    """Choose members and weights (Caruana et al. 2004: greedy, with replacement).

    It starts from the best single candidate, and adds at each step the one that helps most; the
    weights are those of the best step. On few rows they are averaged with those of selections
    from half of the candidates on resampled rows, since a single selection overfits.

    Args:
        results: Candidates that ran on the same folds, best first.
        y: Class codes or values of all rows that the folds divide.
        metric: What is maximised or minimised.
        seed: Of the sample of rows, and of the bags.
        weight: Weight of each row, or None.
        policy: Thresholds.
    """
    held_out = [~np.isnan(result.oof.reshape(len(y), -1)).any(axis=1) for result in results]
    rows = np.flatnonzero(np.all(held_out, axis=0))
    if len(results) == 1 or len(rows) < policy.min_selection_rows:
        return [(results[0], 1.0)]
    if len(rows) > policy.selection_rows:
        rows = np.sort(np.random.default_rng(seed).permutation(rows)[: policy.selection_rows])
    results = diverse(results, policy.max_candidates, policy.per_family)
    outputs = np.stack([result.oof[rows] for result in results])
    weights = _bagged_weights(outputs, y[rows], metric, weights_of(weight, rows), seed, policy)
    weights /= weights.sum()
    weights[weights < policy.min_weight] = 0.0
    weights /= weights.sum()
    return [(results[i], float(weights[i])) for i in np.argsort(-weights) if weights[i]]


def _bagged_weights(
    outputs: Array,
    truth: Array,
    metric: MetricName,
    weight: Array | None,
    seed: int,
    policy: EnsemblePolicy,
) -> Array:
    """Return the weights of one selection plus, on few rows, those of the bags (not normalised)."""
    rng = np.random.default_rng(seed)
    steps = policy.selection_steps
    weights = _greedy(outputs, truth, metric, weight, steps)
    for _ in range(policy.bags if len(truth) <= policy.bagged_rows else 0):
        # The best candidate is in every bag: one of a few others is no reason to leave it out.
        picked = np.flatnonzero(rng.random(len(outputs)) < 0.5)
        picked = np.union1d(picked, [0])
        rows = rng.integers(0, len(truth), len(truth))
        weights[picked] += _greedy(
            outputs[np.ix_(picked, rows)], truth[rows], metric, weights_of(weight, rows), steps
        )
    return weights


def _greedy(
    outputs: Array, truth: Array, metric: MetricName, weight: Array | None, steps: int
) -> Array:
    """Return the weights of one selection; outputs of shape (candidates, rows, ...), best first."""
    sign = 1.0 if GREATER_IS_BETTER[metric] else -1.0

    def value(output: Array) -> float:
        found = score(metric, truth, output, weight)
        return sign * found if found is not None else -np.inf

    chosen = [0]
    total = outputs[0].copy()
    best, best_size = value(total), 1
    for size in range(2, steps + 1):
        gains = [value((total + output) / size) for output in outputs]
        index = int(np.argmax(gains))
        chosen.append(index)
        total += outputs[index]
        if gains[index] > best + abs(best) * _LEAST_GAIN:
            best, best_size = gains[index], size
    counts = np.bincount(chosen[:best_size], minlength=len(outputs))
    return np.asarray(counts / best_size, dtype=np.float64)


def shrink_to_baseline(weighted: Weighted, baseline: CvResult) -> Weighted:
    """Shrink the prediction half-way toward the baseline, where what was learned may be chance.

    Half the deviation keeps three quarters of a gain in squared error, if there is one, and does
    a quarter of the harm if there is none; the order of the rows stays.
    """
    if weighted[0][0] is baseline:
        return weighted
    return [(baseline, 0.5), *((result, weight / 2) for result, weight in weighted)]


def weighted_output(weighted: Weighted) -> Array:
    """Return the ensemble's out-of-fold output (NaN for rows of other folds)."""
    total = np.zeros_like(weighted[0][0].oof)
    for result, weight in weighted:
        total += weight * result.oof
    return total


def ensemble_name(weighted: Weighted) -> str:
    """Return the name on the leaderboard."""
    if len(weighted) == 1:
        return weighted[0][0].candidate.name
    return "ensemble"
