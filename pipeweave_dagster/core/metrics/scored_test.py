"""Read a model's test rows: truth, outputs of the model and of the baseline, features."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from pipeweave_dagster.core.documents import TrainedModel
from pipeweave_dagster.core.metrics.metrics import Array, Codes
from pipeweave_dagster.core.model.exact_numbers import exact_frame
from pipeweave_dagster.core.model.test_row_columns import (
    CLUSTER,
    TARGET,
    WEIGHT,
    baseline_columns,
    feature_names,
    output_columns,
    sensitive_names,
)


@dataclass(frozen=True)
class ScoredTest:
    """Truth, outputs and features of the test rows.

    Attributes:
        classes: Class labels; empty for regression.
        y: Class codes, or values.
        output: Probabilities (rows, classes), or values (rows,).
        baseline: Output of the baseline (constant), same shape.
        features: Raw feature columns under their own names.
        sensitive: Sensitive columns; fairness is reported for their groups.
        threshold: Minimum probability for predicting the positive class; None for one half.
        weight: Row weights, mean 1 over the whole table; None if rows are unweighted.
        cluster: The group, or stretch of time, of each row, whose errors are alike; None if rows
            are independent.
    """

    classes: list[str]
    y: Array | Codes
    output: Array
    baseline: Array
    features: pd.DataFrame
    sensitive: pd.DataFrame = field(default_factory=pd.DataFrame)
    threshold: float | None = None
    weight: Array | None = None
    cluster: Codes | None = None


def read_scored_test(trained: TrainedModel, test_rows: Path) -> ScoredTest:
    """Read the test rows file that training wrote."""
    frame = exact_frame(pq.read_table(test_rows, partitioning=None))
    classes = trained.classes
    output: Array = frame[output_columns(classes)].to_numpy(dtype=np.float64)
    baseline: Array = frame[baseline_columns(classes)].to_numpy(dtype=np.float64)
    y: Array | Codes
    if classes:
        index = {label: code for code, label in enumerate(classes)}
        y = np.array([index[str(label)] for label in frame[TARGET]], dtype=np.intp)
    else:
        y = frame[TARGET].to_numpy(dtype=np.float64)
        output, baseline = output[:, 0], baseline[:, 0]
    return ScoredTest(
        classes,
        y,
        output,
        baseline,
        features=_renamed(frame, feature_names(list(frame.columns))),
        sensitive=_renamed(frame, sensitive_names(list(frame.columns))),
        threshold=trained.threshold,
        weight=frame[WEIGHT].to_numpy(dtype=np.float64) if WEIGHT in frame else None,
        cluster=frame[CLUSTER].to_numpy(dtype=np.intp) if CLUSTER in frame else None,
    )


def _renamed(frame: pd.DataFrame, names: dict[str, str]) -> pd.DataFrame:
    return frame[list(names)].rename(columns=names)
