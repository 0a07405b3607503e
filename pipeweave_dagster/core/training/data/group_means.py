"""Group means for derived features: learned from training rows, without the target."""

import numpy as np
import pandas as pd

from pipeweave_dagster.core.model.column_values import as_number, as_text
from pipeweave_dagster.core.model.frame_entry import FrameEntry
from pipeweave_dagster.core.model.prepare_features import correct_values

_PRIOR_ROWS = 10
"""A group's mean is shrunk toward the overall mean as if it had so many more rows of that value."""
_MOST_GROUPS = 10_000
"""Largest groups whose means are stored in the model file."""


def with_group_means(frame: list[FrameEntry], train: pd.DataFrame) -> list[FrameEntry]:
    """Return the frame with `means` and `overall` in every entry that needs them.

    Args:
        frame: Entries in the form of `prepare_features.prepare`.
        train: Raw training rows, shape (rows, columns).
    """
    train = correct_values(train, frame)
    result: list[FrameEntry] = []
    for entry in frame:
        if entry.get("operator", "").startswith("group_"):
            means, overall = _means(train, *entry["columns"])
            entry = {**entry, "means": means, "overall": overall}  # noqa: PLW2901
        result.append(entry)
    return result


def _means(train: pd.DataFrame, number: str, group: str) -> tuple[dict[str, float], float]:
    values = pd.Series(as_number(train[number]))
    groups = pd.Series(as_text(train[group]), dtype=object)
    overall = float(values.mean()) if values.notna().any() else float("nan")
    sizes = values.groupby(groups).agg(["sum", "count"])
    sizes = sizes.sort_values("count", ascending=False, kind="stable").head(_MOST_GROUPS)
    means = (sizes["sum"] + _PRIOR_ROWS * overall) / (sizes["count"] + _PRIOR_ROWS)
    known = {str(level): float(mean) for level, mean in means.items() if np.isfinite(mean)}
    return known, overall
