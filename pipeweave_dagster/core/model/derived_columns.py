"""Features that are computed from two raw columns.

The source is copied beside exported and registered models.
"""

from typing import Any

import numpy as np
import pandas as pd

from pipeweave_dagster.core.model.column_values import (
    as_moments,
    as_number,
    as_text,
    days_since_1970,
)
from pipeweave_dagster.core.model.frame_entry import FrameEntry

_ARITHMETIC: dict[str, Any] = {
    "ratio": np.divide,
    "sum": np.add,
    "difference": np.subtract,
    "product": np.multiply,
}


def derived_column(table: pd.DataFrame, entry: FrameEntry) -> np.ndarray:
    """Compute a feature from two columns; missing where one of them is, or where not finite."""
    operator = entry["operator"]
    first, second = (values_of(table, name) for name in entry["columns"])
    if operator == "cross":
        pairs = zip(as_text(first), as_text(second), strict=True)
        both = [None if a is None or b is None else f"{a} | {b}" for a, b in pairs]
        return np.array(both, dtype=object)
    if operator == "days_between":
        return np.asarray(days_since_1970(as_moments(first)) - days_since_1970(as_moments(second)))
    number = as_number(first)
    if operator in ("group_mean", "group_difference"):
        means = entry["means"]
        group = np.array([means.get(v, entry["overall"]) for v in as_text(second)], dtype=float)
        return group if operator == "group_mean" else number - group
    other = as_number(second)
    with np.errstate(all="ignore"):
        made = _ARITHMETIC[operator](number, other)
    return np.where(np.isfinite(made), made, np.nan)


def values_of(table: pd.DataFrame, name: str) -> pd.Series:
    """Return a raw column; missing values if it is absent."""
    if name in table.columns:
        return table[name]
    return pd.Series(np.full(len(table), np.nan), name=name)
