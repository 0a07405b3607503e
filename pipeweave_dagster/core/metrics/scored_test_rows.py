"""The test rows as evaluation sees them: truth, outputs of model and constant, features."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from pipeweave_dagster.core.documents import TrainedModel
from pipeweave_dagster.core.metrics.metrics import Array, Codes

FEATURE = "feature:"
SENSITIVE = "sensitive:"
WEIGHT = "weight"


@dataclass(frozen=True)
class Outcome:
    """Truth and outputs, row by row.

    Attributes:
        y: Class codes, or values.
        output: Probabilities (rows, classes), or values (rows,).
        baseline: The constant model's output, same shape.
        features: Raw feature columns under their own names.
        sensitive: Columns by whose groups the model is judged.
        threshold: Probability from which a row is told to be positive.
        weight: How much each row counts, mean 1 over the whole table; None if all count alike.
    """

    classes: list[str]
    y: Array | Codes
    output: Array
    baseline: Array
    features: pd.DataFrame
    sensitive: pd.DataFrame = field(default_factory=pd.DataFrame)
    threshold: float | None = None
    weight: Array | None = None


def read_outcome(trained: TrainedModel, test_rows: Path) -> Outcome:
    """Read what training wrote about its test rows."""
    frame = pd.read_parquet(test_rows)
    classes = trained.classes
    y: Array | Codes
    if classes:
        index = {label: code for code, label in enumerate(classes)}
        y = np.array([index[str(label)] for label in frame["target"]], dtype=np.intp)
        output: Array = frame[[f"probability_{c}" for c in classes]].to_numpy(dtype=np.float64)
        baseline: Array = frame[[f"baseline_{c}" for c in classes]].to_numpy(dtype=np.float64)
    else:
        y = frame["target"].to_numpy(dtype=np.float64)
        output = np.asarray(frame["prediction"], dtype=np.float64)
        baseline = np.asarray(frame["baseline"], dtype=np.float64)
    features, sensitive = _named(frame, FEATURE), _named(frame, SENSITIVE)
    weight = frame[WEIGHT].to_numpy(dtype=np.float64) if WEIGHT in frame else None
    return Outcome(classes, y, output, baseline, features, sensitive, trained.threshold, weight)


def _named(frame: pd.DataFrame, prefix: str) -> pd.DataFrame:
    columns = {c: c.removeprefix(prefix) for c in frame.columns if c.startswith(prefix)}
    return frame[list(columns)].rename(columns=columns)
