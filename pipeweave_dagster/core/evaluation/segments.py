"""Weak segments: categories or ranges of a column in which the model has a higher loss."""

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
from pipeweave_dagster.core.model.column_values import as_number, as_text
from pipeweave_dagster.core.model.exact_numbers import are_codes
from pipeweave_dagster.core.number_format import ends

_LEAST_ROWS = 25
_LEAST_SHARE = 0.02
_MOST_SHARE = 0.6
_CATEGORIES = 30
_BINS = 4
_SHOWN = 8
_LEVEL = 0.01


def weak_segments(scored: ScoredTest, metric: MetricName) -> list[Segment]:
    """Return segments whose mean loss is significantly above that of the other rows.

    They are sorted by the lower end of the excess loss, the worst first; sorted by significance,
    large segments that are slightly harder to predict would precede small ones that are wrong.

    Every category and every quartile of a number is tested, so the level is divided by their
    number (Bonferroni); rows with a missing value are a segment, too.
    """
    loss = row_loss(metric, scored.y, scored.output)
    least = max(_LEAST_ROWS, math.ceil(_LEAST_SHARE * len(loss)))
    tried = [
        (column, label, rows)
        for column in scored.features.columns
        for label, rows in _parts(scored.features[column])
        if least <= rows.sum() <= _MOST_SHARE * len(loss)
    ]
    if not tried:
        return []
    critical = NormalDist().inv_cdf(1 - _LEVEL / len(tried))
    found = []
    for column, label, rows in tried:
        excess, error = _excess(loss, rows)
        if error > 0 and excess / error > critical:
            segment = Segment(
                column=column, values=label, rows=int(rows.sum()), excess=excess,
                low=excess - Z95_ROUNDED * error, high=excess + Z95_ROUNDED * error,
            )  # fmt: skip
            found.append(segment)
    return sorted(found, key=lambda segment: -segment.low)[:_SHOWN]


def _excess(loss: Array, rows: NDArray[np.bool_]) -> tuple[float, float]:
    """Return the difference of the mean losses, and its standard error (Welch 1947)."""
    inside, outside = loss[rows], loss[~rows]
    error = math.sqrt(np.var(inside, ddof=1) / len(inside) + np.var(outside, ddof=1) / len(outside))
    return float(inside.mean() - outside.mean()), error


def _parts(column: pd.Series) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """Yield the label of each segment of a column, and its rows."""
    missing = column.isna().to_numpy()
    if missing.any():
        yield "missing", missing
    number = pd.api.types.is_numeric_dtype(column.dtype) and not are_codes(column)
    if number and column.nunique() > 2 * _BINS:
        numbers = as_number(column)
        edges = np.unique(np.nanquantile(numbers, np.linspace(0, 1, _BINS + 1)))
        bins = np.searchsorted(edges[1:-1], numbers, side="right")
        for k in range(len(edges) - 1):
            rows = (bins == k) & ~np.isnan(numbers)
            low, high = ends(float(edges[k]), float(edges[k + 1]))
            yield f"{low} to {high}", rows
        return
    texts = pd.Series(as_text(column))
    for value in texts.value_counts().index[:_CATEGORIES]:
        yield str(value)[:80], (texts == value).to_numpy()
