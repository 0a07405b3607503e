"""Means of groups for derived features: learned from training rows, the target never looked at."""

from typing import Any

import numpy as np
import pandas as pd

from pipeweave_dagster.core.model.serving import as_number, as_said, as_text

_PRIOR_ROWS = 10
"""A group's mean is drawn to the overall mean as if so many rows more had said that."""
_MOST_GROUPS = 10_000


def with_group_means(frame: list[dict[str, Any]], train: pd.DataFrame) -> list[dict[str, Any]]:
    """The frame with `means` and `overall` in every entry that needs them.

    Args:
        frame: Entries in the form of `serving.prepare`.
        train: Raw training rows, shape (rows, columns).
    """
    train = as_said(train, frame)
    return [
        {**entry, **_means(train, *entry["columns"])}
        if str(entry.get("operator", "")).startswith("group_")
        else entry
        for entry in frame
    ]


def _means(train: pd.DataFrame, number: str, group: str) -> dict[str, Any]:
    values = pd.Series(as_number(train[number]))
    groups = pd.Series(as_text(train[group]), dtype=object)
    overall = float(values.mean()) if values.notna().any() else float("nan")
    found = values.groupby(groups).agg(["sum", "count"])
    found = found.sort_values("count", ascending=False, kind="stable").head(_MOST_GROUPS)
    means = (found["sum"] + _PRIOR_ROWS * overall) / (found["count"] + _PRIOR_ROWS)
    known = {str(level): float(mean) for level, mean in means.items() if np.isfinite(mean)}
    return {"means": known, "overall": overall}
