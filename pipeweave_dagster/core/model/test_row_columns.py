"""Column names of a model's test rows (`test_rows.parquet`) and predictions: a file format.

The names that `bundle_scores` writes are repeated there: its source is copied without this module.
"""

from collections.abc import Sequence

TARGET = "target"
WEIGHT = "weight"
PREDICTION = "prediction"
ROW = "row"
ROW_ID = "row_id"
CLUSTER = "cluster"
BASELINE = "baseline"
FEATURE_PREFIX = "feature:"
SENSITIVE_PREFIX = "sensitive:"


def output_columns(classes: Sequence[str]) -> list[str]:
    """Return the columns that hold a model's output: one per class, or the predicted value."""
    return [f"probability_{label}" for label in classes] or [PREDICTION]


def baseline_columns(classes: Sequence[str]) -> list[str]:
    """Return the columns that hold the baseline's output: one per class, or its value."""
    return [f"{BASELINE}_{label}" for label in classes] or [BASELINE]


def feature_names(columns: Sequence[str]) -> dict[str, str]:
    """Return the feature columns among the columns of test rows, with the features' own names."""
    return _without_prefix(columns, FEATURE_PREFIX)


def sensitive_names(columns: Sequence[str]) -> dict[str, str]:
    """Return the sensitive columns among the columns of test rows, with their own names."""
    return _without_prefix(columns, SENSITIVE_PREFIX)


def _without_prefix(columns: Sequence[str], prefix: str) -> dict[str, str]:
    return {name: name.removeprefix(prefix) for name in columns if name.startswith(prefix)}
