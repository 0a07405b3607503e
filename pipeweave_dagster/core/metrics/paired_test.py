"""Compare two models on the same rows by a paired test."""

from collections.abc import Callable

import numpy as np

from pipeweave_dagster.core.documents import Comparison, MetricName
from pipeweave_dagster.core.metrics.direction import GREATER_IS_BETTER
from pipeweave_dagster.core.metrics.few_groups import jackknife_half_width, without_each
from pipeweave_dagster.core.metrics.metrics import Array, Codes, score, weights_of
from pipeweave_dagster.core.metrics.resampling import resampled

_LEAST_ROWS = 30
_LEAST_GROUPS = 3
"""Two say nothing: the interval would be 13 standard errors to each side."""
_DRAWS = 1_000
_MOST_DRAWN = 4_000_000


def paired(  # noqa: PLR0913 - rows, two outputs, and what rows are worth
    metric: MetricName,
    y: Array | Codes,
    first: Array,
    second: Array,
    other: str,
    *,
    seed: int = 0,
    weight: Array | None = None,
    cluster: Codes | None = None,
) -> Comparison:
    """Compare two outputs for the same rows by a paired bootstrap of the rows (Efron 1979).

    With fewer than 30 groups the interval is that of `jackknife_half_width` where it is wider; with
    fewer than three the two are not compared.

    Args:
        metric: Metric to compare.
        y: Class codes or values.
        first: Probabilities or values of one model.
        second: Those of the other model.
        other: Name of the other model.
        seed: Seed of the resampling.
        weight: Row weights, or None.
        cluster: Group of each row, if groups and not single rows are to be resampled.
    """
    sign = 1.0 if GREATER_IS_BETTER[metric] else -1.0

    def difference(rows: Codes) -> float | None:
        own = weights_of(weight, rows)
        a, b = (score(metric, y[rows], output[rows], own) for output in (first, second))
        return None if a is None or b is None else sign * (a - b)

    point = difference(np.arange(len(y)))
    if len(y) < _LEAST_ROWS or point is None:
        return Comparison(other=other, rows=len(y), verdict="not compared")
    draws = int(np.clip(_MOST_DRAWN // (len(y) * max(1, first.ndim)), 200, _DRAWS))
    picks = resampled(np.random.default_rng(seed), len(y), draws, cluster)
    found = [d for d in map(difference, picks) if d is not None]
    bounds = _bounds(point, found, cluster, difference)
    if bounds is None:
        return Comparison(other=other, rows=len(y), verdict="not compared")
    low, high = bounds
    verdict = "better" if low > 0 else "worse" if high < 0 else "not distinguishable"
    return Comparison(
        other=other, rows=len(y), difference=point, low=low, high=high, verdict=verdict
    )


def _bounds(
    point: float,
    found: list[float],
    cluster: Codes | None,
    difference: Callable[[Codes], float | None],
) -> tuple[float, float] | None:
    """Return the interval of the difference; None if the groups are too few for one."""
    low, high = (float(v) for v in np.quantile(found, [0.025, 0.975]))
    samples = without_each(cluster)
    if samples is None:
        return low, high
    if len(samples) < _LEAST_GROUPS:
        return None
    apart = jackknife_half_width(point, [difference(rows) for rows in samples])
    return None if apart is None else (min(low, point - apart), max(high, point + apart))
