"""The target per value of a column, with confidence intervals."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeweave_dagster.core.columns.column import Codes, Column, Floats
from pipeweave_dagster.core.columns.predictive_power import bin_indices
from pipeweave_dagster.core.columns.target import Target
from pipeweave_dagster.core.eda.bin_labels import bin_labels
from pipeweave_dagster.core.eda.categories import CLIP, RARE, TOP
from pipeweave_dagster.core.eda.number_summary import figure
from pipeweave_dagster.core.metrics.wilson import Z95, wilson_interval

BINS = 10
CLASSES = 8


def relation(column: Column, target: Target) -> list[dict[str, Any]]:
    """Return one entry per bin or category: its label, rows, and the target in them.

    Binary: `rate` of the positive class with its Wilson interval (Wilson, 1927). More classes:
    `shares` of the most frequent ones. Numbers: `mean` with the normal interval of a mean.
    Levels of fewer than five rows are merged into the others or left out.
    """
    codes, labels = _levels(column)
    known = target.known
    codes = codes[known]
    rows = np.bincount(codes, minlength=len(labels))
    shown = [level for level in range(len(labels)) if rows[level] >= RARE]
    table = _figures(codes, len(labels), rows, target, known)
    return [{"label": labels[level], "rows": int(rows[level]), **table[level]} for level in shown]


def rate_interval(hits: float, rows: float) -> tuple[float, float]:
    """Return the 95 % interval of a share of rows; exactly 0 or 1 at its end where all agree."""
    low, high = wilson_interval(hits / rows, rows)
    return (0.0 if hits == 0 else low), (1.0 if hits == rows else high)


def _levels(column: Column) -> tuple[Codes, list[str]]:
    """Return the level of each row, and a label per level; missing is the last."""
    if column.ordered and column.distinct > TOP:
        place = bin_indices(column, BINS)
        labels = bin_labels(column, place[:-1])
    else:
        top = np.argsort(-column.counts, kind="stable")[:TOP]
        top = np.sort(top) if column.ordered else top
        place = np.full(column.distinct + 1, len(top), np.int32)
        place[top] = np.arange(len(top))
        names = column.labels if len(top) else []
        labels = [names[code][:CLIP] if column.counts[code] >= RARE else "" for code in top]
        labels += ["all others"] * (column.distinct > TOP)
        place[-1] = len(labels)
    return place[column.codes], [*labels, "missing"]


def _figures(
    codes: Codes, levels: int, rows: NDArray[Any], target: Target, known: NDArray[np.bool_]
) -> list[dict[str, Any]]:
    if target.values is not None:
        return _means(codes, levels, rows, target.values[known])
    pairs = codes.astype(np.int64) * target.classes + target.codes[known]
    table = np.bincount(pairs, minlength=levels * target.classes).reshape(levels, target.classes)
    if target.task == "binary":
        return [_rate(int(t[target.positive]), int(n)) for t, n in zip(table, rows, strict=True)]
    top = np.argsort(-target.counts, kind="stable")[:CLASSES]
    return [
        {"shares": [figure(t[c] / n) for c in top] if n else []}
        for t, n in zip(table, rows, strict=True)
    ]


def _rate(hits: int, rows: int) -> dict[str, Any]:
    if rows == 0:
        return {}
    low, high = rate_interval(hits, rows)
    return {"rate": figure(hits / rows), "low": figure(low), "high": figure(high)}


def _means(codes: Codes, levels: int, rows: NDArray[Any], values: Floats) -> list[dict[str, Any]]:
    safe = np.maximum(rows, 1)
    scale = max(1.0, float(np.abs(values).max(initial=0.0)))  # squares stay finite
    values = values / scale
    mean = np.bincount(codes, values, minlength=levels) / safe
    spread = np.bincount(codes, (values - mean[codes]) ** 2, minlength=levels)
    error = np.sqrt(spread / np.maximum(rows - 1, 1) / safe)
    return [
        {
            "mean": figure(float(m) * scale),
            "low": figure(float(m - Z95 * e) * scale),
            "high": figure(float(m + Z95 * e) * scale),
        }
        for m, e in zip(mean, error, strict=True)
    ]
