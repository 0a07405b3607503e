"""Whether values tell anything about the errors of a model: a trend, or means that differ."""

import numpy as np
from numpy.typing import NDArray

from pipeweave_dagster.core.metrics.metrics import Array

_BINS = 8
_MIN_ROWS = 30


def bins_of(values: Array) -> NDArray[np.intp]:
    """Return the number of each value's quantile bin, the last for missing ones."""
    there = ~np.isnan(values)
    edges = np.array([])
    if there.any():
        quantiles = np.linspace(0, 1, _BINS + 1)[1:-1]
        edges = np.unique(np.quantile(values[there], quantiles, method="inverted_cdf"))
    return np.where(there, np.searchsorted(edges, values), _BINS).astype(np.intp)


def without_means(errors: Array, bins: NDArray[np.intp]) -> Array:
    """Return the errors, shape (rows, outputs), less the mean of their bin."""
    counts, sums = _sums(errors, bins)
    return np.asarray(errors - (sums / np.maximum(counts, 1)[:, None])[bins])


def error_p(bins: NDArray[np.intp], errors: Array) -> float:
    """Return the p-value of errors that do not depend on the bin, corrected for both tests.

    The tests are an analysis of variance, and that of a trend over the bins, which needs fewer
    rows to find one.

    Args:
        bins: The bin of each row, as of `bins_of`.
        errors: Shape (rows, outputs); the least of their p-values counts, corrected.
    """
    from scipy.stats import f

    rows = len(errors)
    counts, sums = _sums(errors, bins)
    used = counts > 0
    if rows < _MIN_ROWS or used.sum() < 2:
        return 1.0
    total = errors.sum(axis=0)
    whole = (errors**2).sum(axis=0) - total**2 / rows
    between = (sums[used] ** 2 / counts[used, None]).sum(axis=0) - total**2 / rows
    tested = [(between, int(used.sum()) - 1), (_trend(bins, errors), 1)]
    ps = [1.0]
    for explained, free in tested:
        left = whole - explained
        varies = left > 1e-12
        ratio = explained[varies] / free / (left[varies] / (rows - free - 1))
        ps.extend(f.sf(ratio, free, rows - free - 1) * len(tested) * max(1, int(varies.sum())))
    return float(min(ps))


def _trend(bins: NDArray[np.intp], errors: Array) -> Array:
    """Return the sum of squares that a line over the bins explains, missing values left out."""
    there = bins < _BINS
    place = np.where(there, bins, bins[there].mean() if there.any() else 0.0)
    place = place - place.mean()
    spread = float(place @ place)
    return np.asarray((place @ errors) ** 2 / spread if spread > 0 else np.zeros(errors.shape[1]))


def _sums(errors: Array, bins: NDArray[np.intp]) -> tuple[Array, Array]:
    member = np.zeros((_BINS + 1, len(errors)))
    member[bins, np.arange(len(errors))] = 1.0
    return member.sum(axis=1), member @ errors
