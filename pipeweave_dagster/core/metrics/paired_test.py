"""Compare two models on the same rows by a paired test."""

import numpy as np

from pipeweave_dagster.core.documents import Comparison, MetricName
from pipeweave_dagster.core.metrics.direction import GREATER_IS_BETTER
from pipeweave_dagster.core.metrics.metrics import Array, Codes, score, weights_of

_LEAST_ROWS = 30
_DRAWS = 1_000
_MOST_DRAWN = 4_000_000


def paired(
    metric: MetricName,
    y: Array | Codes,
    first: Array,
    second: Array,
    other: str,
    seed: int = 0,
    weight: Array | None = None,
) -> Comparison:
    """Compare two outputs for the same rows by a paired bootstrap of the rows (Efron 1979).

    Args:
        metric: Metric to compare.
        y: Class codes or values.
        first: Probabilities or values of one model.
        second: Those of the other model.
        other: Name of the other model.
        seed: Seed of the resampling.
        weight: Row weights, or None.
    """
    sign = 1.0 if GREATER_IS_BETTER[metric] else -1.0

    def difference(rows: Codes) -> float | None:
        own = weights_of(weight, rows)
        a, b = (score(metric, y[rows], output[rows], own) for output in (first, second))
        return None if a is None or b is None else sign * (a - b)

    point = difference(np.arange(len(y)))
    if len(y) < _LEAST_ROWS or point is None:
        return Comparison(other=other, rows=len(y), verdict="not compared")
    rng = np.random.default_rng(seed)
    draws = int(np.clip(_MOST_DRAWN // (len(y) * max(1, first.ndim)), 200, _DRAWS))
    found = [difference(rng.integers(0, len(y), len(y))) for _ in range(draws)]
    low, high = (float(v) for v in np.quantile([d for d in found if d is not None], [0.025, 0.975]))
    verdict = "better" if low > 0 else "worse" if high < 0 else "not distinguishable"
    return Comparison(
        other=other, rows=len(y), difference=point, low=low, high=high, verdict=verdict
    )
