"""Weak segments: rows of one category or range of a column on which the model errs more."""

import math
from collections.abc import Iterator
from statistics import NormalDist

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeweave_dagster.core.documents import MetricName, Segment
from pipeweave_dagster.core.metrics.metrics import Array, row_loss
from pipeweave_dagster.core.metrics.scored_test import ScoredTest
from pipeweave_dagster.core.metrics.wilson import Z95_ROUNDED
from pipeweave_dagster.core.model.serving import as_number, as_text

_LEAST_ROWS = 25
_LEAST_SHARE = 0.02
_MOST_SHARE = 0.6
_CATEGORIES = 30
_BINS = 4
_SHOWN = 8
_LEVEL = 0.01


def weak_segments(outcome: ScoredTest, metric: MetricName) -> list[Segment]:
    """Segments whose loss is above that of the other rows beyond chance, the worst first.

    They are ordered by the lower end of their excess: by its distance from chance large parts that
    are only harder to tell (the married of a census) would stand before small ones that are wrong.

    Each category and each quarter of a number is tried, so the level is divided by how many there
    are (Bonferroni); rows whose value is missing are a segment, too.
    """
    loss = row_loss(metric, outcome.y, outcome.output)
    least = max(_LEAST_ROWS, math.ceil(_LEAST_SHARE * len(loss)))
    tried = [
        (column, words, rows)
        for column in outcome.features.columns
        for words, rows in _parts(outcome.features[column])
        if least <= rows.sum() <= _MOST_SHARE * len(loss)
    ]
    if not tried:
        return []
    critical = NormalDist().inv_cdf(1 - _LEVEL / len(tried))
    found = []
    for column, words, rows in tried:
        excess, error = _excess(loss, rows)
        if error > 0 and excess / error > critical:
            segment = Segment(
                column=column, values=words, rows=int(rows.sum()), excess=excess,
                low=excess - Z95_ROUNDED * error, high=excess + Z95_ROUNDED * error,
            )  # fmt: skip
            found.append(segment)
    return sorted(found, key=lambda segment: -segment.low)[:_SHOWN]


def _excess(loss: Array, rows: NDArray[np.bool_]) -> tuple[float, float]:
    """Difference of the mean losses, and its standard error (Welch 1947)."""
    inside, outside = loss[rows], loss[~rows]
    error = math.sqrt(np.var(inside, ddof=1) / len(inside) + np.var(outside, ddof=1) / len(outside))
    return float(inside.mean() - outside.mean()), error


def _parts(column: pd.Series) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """Words for each part of a column, and its rows."""
    missing = column.isna().to_numpy()
    if missing.any():
        yield "missing", missing
    if pd.api.types.is_numeric_dtype(column.dtype) and column.nunique() > 2 * _BINS:
        numbers = as_number(column)
        edges = np.unique(np.nanquantile(numbers, np.linspace(0, 1, _BINS + 1)))
        bins = np.searchsorted(edges[1:-1], numbers, side="right")
        for k in range(len(edges) - 1):
            rows = (bins == k) & ~np.isnan(numbers)
            yield f"{edges[k]:.4g} to {edges[k + 1]:.4g}", rows
        return
    texts = pd.Series(as_text(column))
    for value in texts.value_counts().index[:_CATEGORIES]:
        yield str(value)[:80], (texts == value).to_numpy()
