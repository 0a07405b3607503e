"""Figures of a column of categories or text; rare values are counted, never shown."""

from typing import Any

import numpy as np

from pipeweave_dagster.core.columns.column import Column
from pipeweave_dagster.core.eda.number_summary import figure

RARE = 5
TOP = 12
CLIP = 120


def top_values(column: Column, top: int = TOP) -> dict[str, Any]:
    """Return the most frequent values of at least five rows each, and counts of the others."""
    order = np.argsort(-column.counts, kind="stable")[:top]
    shown = [int(code) for code in order if column.counts[code] >= RARE]
    labels = column.labels if shown else []
    sizes = [int(column.counts[code]) for code in shown]
    rows = [{"label": labels[c][:CLIP], "rows": n} for c, n in zip(shown, sizes, strict=True)]
    return {
        "values": rows,
        "other_values": column.distinct - len(shown),
        "other_rows": column.present - sum(sizes),
    }


def lengths(column: Column) -> dict[str, Any]:
    """Return statistics of a text column's lengths in characters and words, over its rows."""
    if column.distinct == 0:
        return {}
    chars = np.array([len(label) for label in column.labels])
    words = np.array([label.count(" ") + 1 for label in column.labels])
    blank = np.array([not label.strip() for label in column.labels])
    weights = column.counts / column.present
    order = np.argsort(chars)
    middle = int(np.searchsorted(np.cumsum(weights[order]), 0.5))
    return {
        "mean_characters": figure(float((chars * weights).sum())),
        "median_characters": int(chars[order[min(middle, len(order) - 1)]]),
        "max_characters": int(chars.max()),
        "blank_rows": int(column.counts[blank].sum()),
        "mean_words": figure(float((words * weights).sum())),
    }
