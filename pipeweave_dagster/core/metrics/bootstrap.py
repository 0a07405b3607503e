"""Metrics with 95 % bootstrap intervals over rows or groups."""

from collections.abc import Callable

import numpy as np

from pipeweave_dagster.core.documents import Estimate, MetricName
from pipeweave_dagster.core.metrics.all_metrics import (
    Scores,
    event_scores,
    multiclass_scores,
    scorer_for,
)
from pipeweave_dagster.core.metrics.calibration_estimate import calibration_estimate
from pipeweave_dagster.core.metrics.few_groups import widen_for_few_groups
from pipeweave_dagster.core.metrics.intervals import widen
from pipeweave_dagster.core.metrics.metrics import (
    Array,
    Codes,
    score,
    weights_of,
)
from pipeweave_dagster.core.metrics.resampled_auc import ResampledAuc
from pipeweave_dagster.core.metrics.resampling import resampled

_MIN_ROWS = 10


def with_intervals(
    y: Array | Codes,
    output: Array,
    classes: int,
    *,
    seed: int = 0,
    weight: Array | None = None,
    cluster: Codes | None = None,
) -> dict[str, Estimate]:
    """Compute each metric with a 95 % bootstrap percentile interval (Efron 1979).

    The calibration error is corrected for chance, which `calibration_estimate` describes; intervals
    of fewer than 30 groups are wider, as described by `widen_for_few_groups`.

    Args:
        y: Class codes, or values.
        output: Probabilities (rows, classes), or values (rows,).
        classes: Number of classes; 0 for regression.
        seed: Seed of the resampling; the same rows give the same interval.
        weight: Row weights, or None.
        cluster: Group of each row, if groups and not single rows are to be resampled.

    Returns:
        Metric to estimate; without an interval below 10 rows, where the metric was undefined in
        more than half of the resamples, or where the groups are too few for one.
    """
    compute = scorer_for(classes)
    point = compute(y, output, weight)
    rows, calibration = len(y), _calibration(y, output, classes, weight, cluster)
    if rows < _MIN_ROWS:
        known = point | {name: estimate.value for name, estimate in calibration.items()}
        return {name: Estimate(value=_finite(value)) for name, value in known.items()}
    rng = np.random.default_rng(seed)
    resamples = int(np.clip(4_000_000 // (rows * max(classes, 1)), 100, 400))
    draws: dict[str, list[float]] = {name: [] for name in point}
    of_rows = _of_rows(y, output, classes, weight)
    for picked in resampled(rng, rows, resamples, cluster):
        for name, value in of_rows(picked).items():
            if value is not None and np.isfinite(value):
                draws[name].append(value)
    found = {name: _estimate(value, draws[name], resamples) for name, value in point.items()}
    if classes:
        found = widen(found | calibration, np.asarray(y, dtype=np.intp), output, weight)
    return widen_for_few_groups(found, of_rows, cluster)


def _of_rows(
    y: Array | Codes, output: Array, classes: int, weight: Array | None
) -> Callable[[Codes], Scores]:
    """Return the function that computes all metrics of some of the rows."""
    compute = scorer_for(classes)
    if classes <= 2 or weight is not None:
        return lambda rows: compute(y[rows], output[rows], weights_of(weight, rows))
    codes = np.asarray(y, dtype=np.intp)
    ranked = ResampledAuc(codes, output)
    return lambda rows: {
        **multiclass_scores(codes[rows], output[rows], ranking=False),
        "roc_auc": ranked.of(rows),
    }


def _calibration(
    y: Array | Codes, output: Array, classes: int, weight: Array | None, cluster: Codes | None
) -> dict[str, Estimate]:
    """Return the calibration error as a metric; nothing for values or without rows."""
    if classes == 0 or len(y) == 0:
        return {}
    positive, scores = event_scores(np.asarray(y, dtype=np.intp), output)
    return {"calibration_error": calibration_estimate(positive, scores, weight, cluster)}


def interval_of(
    metric: MetricName,
    y: Array | Codes,
    output: Array,
    *,
    draws: int = 200,
    weight: Array | None = None,
    cluster: Codes | None = None,
) -> Estimate:
    """Compute one metric with its 95 % bootstrap interval; without one below ten rows.

    The rows, or their groups in `cluster`, are resampled as by `with_intervals`.
    """
    point = _finite(score(metric, y, output, weight))
    if len(y) < _MIN_ROWS or point is None:
        return Estimate(value=point)
    rng = np.random.default_rng(0)

    def of_rows(rows: Codes) -> Scores:
        return {metric: score(metric, y[rows], output[rows], weights_of(weight, rows))}

    values = [of_rows(rows)[metric] for rows in resampled(rng, len(y), draws, cluster)]
    known = [v for v in values if v is not None and np.isfinite(v)]
    found: dict[str, Estimate] = {metric: _estimate(point, known, draws)}
    if output.ndim > 1:
        found = widen(found, np.asarray(y, dtype=np.intp), output, weight)
    return widen_for_few_groups(found, of_rows, cluster)[metric]


def _finite(value: float | None) -> float | None:
    return float(value) if value is not None and np.isfinite(value) else None


def _estimate(value: float | None, draws: list[float], resamples: int) -> Estimate:
    known = _finite(value)
    if known is None or len(draws) < resamples / 2:
        return Estimate(value=known)
    low, high = np.quantile(draws, [0.025, 0.975])
    return Estimate(value=known, low=float(low), high=float(high))
