"""Figures of an ordered column, computed from its distinct values and their counts."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeweave_dagster.core.columns.column import Column, Counts, Floats

BINS = 30
SMALL = 1e-12
"""Spreads below this share of the largest number are rounding."""
QUANTILES = {"p01": 0.01, "p05": 0.05, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p95": 0.95}
QUANTILES |= {"p99": 0.99}


def figure(value: float | np.floating[Any] | None) -> float | int | None:
    """Return a JSON number of at most twelve significant digits; None where not finite."""
    if value is None or not math.isfinite(value):
        return None
    rounded = float(f"{value:.12g}")
    return int(rounded) if rounded.is_integer() and abs(rounded) < 2**53 else rounded


def moments(column: Column) -> dict[str, float | int | None]:
    """Return mean, standard deviation, skewness, extremes, quantiles, zeros and negatives.

    The quantile q is the smallest value that at least a share q of the rows does not exceed.
    """
    numbers, counts = _values(column)
    total = counts.sum()
    scale = _scale(numbers)  # squares of numbers near the largest float would overflow
    scaled = numbers / scale
    mean = float((scaled * counts).sum() / total)
    centred = scaled - mean
    variance = float((centred**2 * counts).sum() / total)
    std = math.sqrt(variance)
    skew = float((centred**3 * counts).sum() / total) / std**3 if std > SMALL else 0.0
    below = np.cumsum(counts)
    quantiles = {n: numbers[np.searchsorted(below, q * total)] for n, q in QUANTILES.items()}
    figures = {"mean": mean * scale, "std": std * scale, "skew": skew}
    figures |= {"min": float(numbers[0]), "max": float(numbers[-1])}
    shares = {
        "zeros": int(counts[numbers == 0].sum()),
        "negatives": int(counts[numbers < 0].sum()),
    }
    return {name: figure(value) for name, value in {**figures, **quantiles}.items()} | shares


def histogram(column: Column, bins: int = BINS) -> dict[str, Any]:
    """Return edges and counts; long tails beyond the 0.5th and 99.5th percentile are cut off."""
    numbers, counts = _values(column)
    scale = _scale(numbers)
    scaled = numbers / scale
    span = numbers[-1] - numbers[0] if scale < 2**52 else math.inf
    if column.info.storage == "integer" and span < bins:
        bins = int(span) + 1
        low, high = (float(numbers[0]) - 0.5) / scale, (float(numbers[-1]) + 0.5) / scale
    else:
        low, high = _range(scaled, counts)
    inside = (scaled >= low) & (scaled <= high)
    place = ((scaled[inside] - low) / (high - low) * bins).astype(np.int64)
    heights = np.bincount(np.minimum(place, bins - 1), counts[inside], minlength=bins)
    return {
        "edges": [figure(edge * scale) for edge in np.linspace(low, high, bins + 1).tolist()],
        "counts": [int(height) for height in heights],
        "below": int(counts[scaled < low].sum()),
        "above": int(counts[scaled > high].sum()),
    }


def _scale(numbers: Floats) -> float:
    """Return the largest absolute value, at least 1: scaled by it, squares do not overflow."""
    return max(1.0, abs(float(numbers[0])), abs(float(numbers[-1])))


def _values(column: Column) -> tuple[Floats, Counts]:
    if column.numbers is None:
        raise TypeError(column.name)
    return column.numbers, column.counts


def _range(numbers: Floats, counts: Counts) -> tuple[float, float]:
    below: NDArray[np.int64] = np.cumsum(counts)
    total = below[-1]
    inner = [float(numbers[np.searchsorted(below, q * total)]) for q in (0.005, 0.25, 0.75, 0.995)]
    low, high = float(numbers[0]), float(numbers[-1])
    body = max(inner[2] - inner[1], (inner[3] - inner[0]) / 4)
    if body > 0:
        low = low if inner[0] - low < body else inner[0]
        high = high if high - inner[3] < body else inner[3]
    return (low, high) if high - low > SMALL else (low - 0.5, high + 0.5)
