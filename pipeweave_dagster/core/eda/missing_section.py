"""The section on missing values: together, against the target, over time."""

from typing import Any

import numpy as np

from pipeweave_dagster.core.columns.column import Column
from pipeweave_dagster.core.columns.sentinel_values import find_sentinels
from pipeweave_dagster.core.columns.target import Target
from pipeweave_dagster.core.eda.absent_values import absent_values
from pipeweave_dagster.core.eda.categories import RARE
from pipeweave_dagster.core.eda.number_summary import figure
from pipeweave_dagster.core.eda.target_relation import rate_interval
from pipeweave_dagster.core.eda.time_spans import time_spans

PATTERNS = 10
COLUMNS = 30
TIME_BINS = 40


def missingness(
    columns: list[Column], target: Target | None, time: Column | None
) -> dict[str, Any]:
    """Return shares per column, the most frequent patterns, and missing by target and time.

    Args:
        columns: All columns; the section covers the thirty with the most missing values. A
            repeated extreme far from all others and words for `missing` count as missing and are
            listed.
        target: For its rate where a column is missing and where it is not.
        time: The main date column, for the share of missing values over time.
    """
    sentinel = find_sentinels(columns)
    absent = {c.name: absent_values(c, sentinel.get(c.name)) for c in columns}
    gaps = sorted((c for c in columns if absent[c.name].rows), key=lambda c: -absent[c.name].rows)
    top = gaps[:COLUMNS]
    masks = [absent[c.name].mask(c) for c in top]
    return {
        "columns": [absent[c.name].entry(c) for c in top],
        "left_out": len(gaps) - len(top),
        "patterns": _patterns(top, masks),
        "target": _against_target(top, masks, target),
        "time": _over_time(top, masks, time),
    }


def _patterns(columns: list[Column], masks: list[Any]) -> list[dict[str, Any]]:
    if not columns:
        return []
    key = np.zeros(columns[0].rows, np.int64)
    for place, mask in enumerate(masks):
        key |= mask.astype(np.int64) << place
    patterns, rows = np.unique(key, return_counts=True)
    order = np.argsort(-rows, kind="stable")[:PATTERNS]
    return [
        {
            "missing": [c.name for i, c in enumerate(columns) if patterns[p] >> i & 1],
            "rows": int(rows[p]),
        }
        for p in order
        if rows[p] >= RARE
    ]


def _against_target(
    columns: list[Column], masks: list[Any], target: Target | None
) -> list[dict[str, Any]]:
    """Return the rate of the positive class, or the mean, with and without a value."""
    if target is None or target.task == "multiclass":
        return []
    known = target.known
    entries = []
    for column, mask in zip(columns, masks, strict=True):
        if column.name == target.name:
            continue
        sides = [known & mask, known & ~mask]
        if min(int(side.sum()) for side in sides) >= RARE:
            entries.append(
                {
                    "name": column.name,
                    "missing": _side(target, sides[0]),
                    "present": _side(target, sides[1]),
                }
            )
    return entries


def _side(target: Target, rows: Any) -> dict[str, Any]:
    count = int(rows.sum())
    if target.values is not None:
        values = target.values[rows]
        scale = max(1.0, float(np.abs(values).max()))  # sums stay finite
        return {"rows": count, "mean": figure(float((values / scale).mean()) * scale)}
    hits = int((target.codes[rows] == target.positive).sum())
    low, high = rate_interval(hits, count)
    return {"rows": count, "rate": figure(hits / count), "low": figure(low), "high": figure(high)}


def _over_time(
    columns: list[Column], masks: list[Any], time: Column | None
) -> dict[str, Any] | None:
    """Return the share of missing values per span of time, for each column."""
    if time is None or time.numbers is None or time.distinct < 2 or not columns:
        return None
    spans, edges = time_spans(time, TIME_BINS)
    rows = np.bincount(spans[spans >= 0], minlength=TIME_BINS)
    shares = []
    for column, mask in zip(columns, masks, strict=True):
        if column.name != time.name:
            missing = np.bincount(spans[mask & (spans >= 0)], minlength=TIME_BINS)
            cells = [
                figure(round(m / n, 4)) if n else None for m, n in zip(missing, rows, strict=True)
            ]
            shares.append({"name": column.name, "shares": cells})
    return {"column": time.name, "edges": edges, "columns": shares}
